//! Standard output that may be closed at any time (`runtray logs | head`).

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;

/// Prints a line and flushes it. When nobody reads any more the program ends, quietly and well.
pub(crate) fn line(text: impl Display) -> anyhow::Result<()> {
    all(format!("{text}\n").as_bytes())
}

/// Prints bytes as they are, as [`line()`] does.
pub(crate) fn all(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    quiet(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints `value` as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?)
}

/// Waits. When nobody reads standard output any more the program ends, as it does in [`line()`].
#[cfg(unix)]
pub(crate) fn pause(time: Duration) {
    use std::os::fd::AsFd;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    let stdout = io::stdout();
    let mut closed = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    // A signal that comes between only makes it shorter.
    let events = poll(&mut closed, PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
    if events.is_ok_and(|events| events > 0) {
        std::process::exit(0);
    }
}

/// Waits. That nobody reads any more is noticed by the next line: Windows tells only who writes.
#[cfg(not(unix))]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn quiet(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}
