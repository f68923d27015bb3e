//! Printing to standard output, which may be closed at any time (`runtray logs | head`), and to standard error.
//!
//! Control characters in foreign text are escaped on a terminal: see [`foreign`](crate::foreign).

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

use crate::foreign::{Layout, inert};
use crate::table::align;

/// Prints one or more lines and flushes them. If the reader has closed the pipe, the program exits quietly with success.
pub(crate) fn line(text: impl Display) -> anyhow::Result<()> {
    written(&text.to_string(), Layout::Lines)
}

/// Prints rows in aligned columns. On a terminal each row is one line, whatever its cells contain.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> anyhow::Result<()> {
    let is_terminal = io::stdout().is_terminal();
    let cell = |cell: &String| if is_terminal { inert(cell, Layout::Cell).into_owned() } else { cell.clone() };
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(cell)).collect();
    align(&rows).into_iter().try_for_each(line)
}

/// Prints a message on standard error, in lines of its own.
pub(crate) fn note(text: impl Display) {
    let text = text.to_string();
    let printable = if io::stderr().is_terminal() { inert(&text, Layout::Lines) } else { Cow::Borrowed(text.as_str()) };
    eprintln!("{printable}");
}

fn written(text: &str, layout: Layout) -> anyhow::Result<()> {
    let printable = if io::stdout().is_terminal() { inert(text, layout) } else { Cow::Borrowed(text) };
    all(format!("{printable}\n").as_bytes())
}

/// Prints bytes unchanged, as [`line()`] does.
pub(crate) fn all(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    quiet(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints `value` as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    written(&serde_json::to_string(value)?, Layout::Json)
}

/// Waits for `time`. If the reader of standard output closes the pipe, the program exits, as in [`line()`].
#[cfg(unix)]
pub(crate) fn pause(time: Duration) {
    use std::os::fd::AsFd;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    let stdout = io::stdout();
    let mut closed = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    // A signal can only shorten the wait.
    let events = poll(&mut closed, PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
    if events.is_ok_and(|events| events > 0) {
        std::process::exit(0);
    }
}

/// Waits for `time`. The next line notices a closed pipe: Windows reports it only to a writer.
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
