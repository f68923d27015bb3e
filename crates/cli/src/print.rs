//! Standard output that may be closed at any time (`runtray logs | head`).

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints a line and flushes it. When nobody reads any more the program ends, quietly and well.
pub(crate) fn line(text: impl Display) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    quiet(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// Prints `value` as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?)
}

fn quiet(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}
