//! The fake interpreter: a small program with the commands that tests need.
//!
//! It replaces Python where there is none (Windows under Wine). Containment tests use it everywhere, because it behaves alike on
//! every system. It only uses the standard library.
//!
//! ```text
//! fake-interpreter [OPTION…] FILE [ARGUMENT…]     runs FILE, the first argument that names a file; options are ignored
//! fake-interpreter -e LINE [ARGUMENT…]            runs one line
//! fake-interpreter --version                      prints `fake-interpreter 1.0.0`
//! ```
//!
//! A program has one command a line; empty lines and lines that start with `#` do nothing. A command is a word and values,
//! separated by single spaces; the last value is the rest of the line. In TEXT `\n`, `\r`, `\t`, `\0`, `\\` and `\u{1F600}`
//! are escapes. COMMAND is any command of this table.
//!
//! | command | does |
//! | --- | --- |
//! | `print TEXT`, `warn TEXT` | writes a line to standard output, to standard error |
//! | `write TEXT`, `hex BYTES` | writes to standard output without a line end: text; bytes such as `ff00` |
//! | `flood BYTES`, `flood-errors BYTES` | writes that many `x` to standard output, to standard error |
//! | `echo`, `read-line` | copies standard input to standard output: all of it, one line |
//! | `arguments`, `environment`, `folder`, `process` | prints, one a line: arguments, `NAME=value`, working folder, process id |
//! | `variable NAME` | prints one variable of the environment, or `(unset)` |
//! | `descriptors` | prints the open descriptors and their targets; on Windows the number of handles (0 under Wine) |
//! | `terminal` | prints `yes` or `no` for each standard stream |
//! | `save PATH TEXT`, `show PATH` | writes a file, prints one |
//! | `save-process PATH` | writes the process id to a file |
//! | `save-many COUNT FOLDER` | writes that many small files into a new folder |
//! | `fill PATH BYTES` | writes a file of that size |
//! | `open COUNT PATH` | opens a file that many times and keeps it open |
//! | `heartbeat PATH MS` | appends a dot to a file every MS, for ever |
//! | `wait-for PATH` | waits until a file exists |
//! | `sleep MS`, `hang` | waits that long, for ever |
//! | `burn MS` | keeps one core busy that long |
//! | `memory BYTES` | allocates that much memory, touches every page and keeps it |
//! | `exit CODE`, `abort`, `null`, `overflow`, `panic TEXT` | ends: with a code, or by a fault |
//! | `run COMMAND` | starts a child with the same standard streams, waits, and ends with its code if that is not 0 |
//! | `spawn COMMAND` | starts a child with the same standard streams and does not wait |
//! | `detach COMMAND` | starts a child in its own session without the standard streams and does not wait |
//! | `daemon COMMAND` | starts a detached child of a child that ends, as a double fork does |
//! | `chain DEPTH COMMAND` | starts a chain of children of that depth; the last one runs the command, the others wait |
//! | `many COUNT COMMAND` | starts that many children, does not wait, and prints how many could be started |
//! | `bomb WIDTH DEPTH` | every process starts WIDTH more, DEPTH levels deep, and hangs |
//! | `close STREAM` | closes `stdin`, `stdout` or `stderr` |
//! | `ignore-termination` | ignores SIGTERM, SIGINT, SIGHUP or a console's Ctrl+C from here on |
//!
//! Its own exit codes: 2 for a program that it cannot read, 74 for input or output that failed.

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
        Some("--version") => {
            return Ok(Source { text: "print fake-interpreter 1.0.0".to_owned(), arguments: Vec::new() });
        }
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
