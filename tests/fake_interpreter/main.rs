//! The stand-in interpreter: a small program that does what tests need an interpreter's program to do.
//!
//! It stands in for Python where there is none (Windows under Wine), and containment tests use it everywhere, as the same
//! program is naughty in the same way on every system. Standard library only.
//!
//! ```text
//! stand-in [OPTION…] FILE [ARGUMENT…]     runs FILE; whatever comes before the first file that exists is ignored
//! stand-in -e LINE [ARGUMENT…]            runs one line
//! stand-in --version                      prints `stand-in 1.0.0`
//! ```
//!
//! A program is one command a line; empty lines and lines that start with `#` do nothing. A command is a word, then values
//! separated by single spaces; the last value is the rest of the line. In TEXT `\n`, `\r`, `\t`, `\0`, `\\` and `\u{1F600}`
//! are escapes. COMMAND is any command of this table.
//!
//! | command | does |
//! | --- | --- |
//! | `print TEXT`, `warn TEXT` | a line on standard output, on standard error |
//! | `write TEXT`, `hex BYTES` | standard output without a line end: text; bytes such as `ff00` |
//! | `flood BYTES`, `flood-errors BYTES` | that many `x` on standard output, on standard error |
//! | `echo`, `read-line` | standard input to standard output: all of it, one line |
//! | `arguments`, `environment`, `folder`, `process` | prints, one a line: arguments, `NAME=value`, working folder, process id |
//! | `variable NAME` | prints one variable of the environment, or `(unset)` |
//! | `descriptors` | prints what is open: descriptors and where they lead; on Windows the number of handles (Wine says 0) |
//! | `terminal` | prints `yes` or `no` for each standard stream |
//! | `save PATH TEXT`, `show PATH` | writes a file, prints one |
//! | `save-process PATH` | writes the process id to a file |
//! | `save-many COUNT FOLDER` | writes that many small files into a new folder |
//! | `fill PATH BYTES` | writes a file of that size |
//! | `open COUNT PATH` | opens a file that many times and keeps it open |
//! | `heartbeat PATH MS` | appends a dot to a file every MS, for ever |
//! | `wait-for PATH` | waits until a file is there |
//! | `sleep MS`, `hang` | waits that long, for ever |
//! | `burn MS` | keeps one core busy that long |
//! | `memory BYTES` | takes that much memory, touches every page and keeps it |
//! | `exit CODE`, `abort`, `null`, `overflow`, `panic TEXT` | ends: with a code, or by a fault |
//! | `run COMMAND` | a child with the same standard streams; waits, and ends with its code if that is not 0 |
//! | `spawn COMMAND` | a child with the same standard streams; does not wait |
//! | `detach COMMAND` | a child in a session of its own without our streams; does not wait |
//! | `daemon COMMAND` | a detached child of a child that is gone: what a double fork makes |
//! | `chain DEPTH COMMAND` | children of children, that deep; the last one does it, the others wait |
//! | `many COUNT COMMAND` | that many children; does not wait. Prints how many could be started |
//! | `bomb WIDTH DEPTH` | every process starts WIDTH more, DEPTH levels deep, and hangs |
//! | `close STREAM` | closes `stdin`, `stdout` or `stderr` |
//! | `ignore-termination` | SIGTERM, SIGINT, SIGHUP or a console's Ctrl+C do nothing from here on |
//!
//! Exit codes of its own: 2 for a program that it cannot read, 74 for input or output that failed.

mod files;
mod load;
mod os;
mod processes;
mod program;
mod streams;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use program::{Fault, Source};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os().skip(1).map(|value| value.to_string_lossy().into_owned()).collect();
    match find_source(&arguments).and_then(|source| program::run(&source)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            streams::complain(&fault);
            ExitCode::from(fault.exit_code())
        }
    }
}

fn find_source(arguments: &[String]) -> Result<Source, Fault> {
    match arguments.first().map(String::as_str) {
        Some("--version") => return Ok(Source { text: "print stand-in 1.0.0".to_owned(), arguments: Vec::new() }),
        Some("-e") => {
            let text = arguments.get(1).cloned().ok_or_else(|| Fault::Program("-e needs a line".to_owned()))?;
            return Ok(Source { text, arguments: arguments[2..].to_vec() });
        }
        _ => {}
    }
    let file = arguments.iter().position(|value| Path::new(value).is_file());
    let file = file.ok_or_else(|| Fault::Program(format!("no file among the arguments {arguments:?}")))?;
    let text = std::fs::read_to_string(&arguments[file])?;
    Ok(Source { text, arguments: arguments[file + 1..].to_vec() })
}
