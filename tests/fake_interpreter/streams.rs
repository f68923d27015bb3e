//! Commands for standard input, output and error, unbuffered: output is written before the next line runs.

use std::io::{self, IsTerminal as _, Read as _, Write};

use crate::program::Fault;

/// The size of one write of a flood.
const CHUNK: u64 = 64 * 1024;

/// Prints the reason why the program ends to standard error, if that is open.
pub(crate) fn complain(fault: &Fault) {
    writeln!(io::stderr(), "fake-interpreter: {fault}").ok();
}

pub(crate) fn print(text: &str) -> Result<(), Fault> {
    print_bytes(text.as_bytes())
}

pub(crate) fn warn(text: &str) -> Result<(), Fault> {
    Ok(io::stderr().write_all(text.as_bytes())?)
}

pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Fault> {
    let mut out = io::stdout();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

pub(crate) fn print_lines(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Fault> {
    lines.into_iter().try_for_each(|line| print(&format!("{}\n", line.as_ref())))
}

pub(crate) fn flood(mut to: impl Write, bytes: u64) -> Result<(), Fault> {
    let chunk = vec![b'x'; CHUNK as usize];
    let mut left = bytes;
    while left > 0 {
        let size = left.min(CHUNK);
        to.write_all(&chunk[..size as usize])?;
        left -= size;
    }
    Ok(to.flush()?)
}

pub(crate) fn echo() -> Result<(), Fault> {
    let mut chunk = vec![0; CHUNK as usize];
    loop {
        match io::stdin().read(&mut chunk)? {
            0 => return Ok(()),
            size => print_bytes(&chunk[..size])?,
        }
    }
}

pub(crate) fn echo_line() -> Result<(), Fault> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    print(&line)
}

pub(crate) fn terminals() -> [&'static str; 3] {
    [io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal()]
        .map(|yes| if yes { "yes" } else { "no" })
}
