//! Running a program line by line.

use std::fmt;
use std::io;
use std::process;
use std::str::FromStr;

use crate::{files, load, os, processes, streams};

/// A program with its arguments.
pub(crate) struct Source {
    /// Its lines.
    pub(crate) text: String,
    /// The arguments of the caller.
    pub(crate) arguments: Vec<String>,
}

/// The reason why a program cannot continue.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A line is not a command.
    Program(String),
    /// A system call failed.
    System(io::Error),
}

impl Fault {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Program(_) => 2,
            Self::System(_) => 74,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(why) => to.write_str(why),
            Self::System(error) => error.fmt(to),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Runs every line until one ends the process or fails.
pub(crate) fn run(source: &Source) -> Result<(), Fault> {
    for (number, line) in source.text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        command(line, &source.arguments).map_err(|fault| match fault {
            Fault::Program(why) => Fault::Program(format!("line {}: {why}", number + 1)),
            system @ Fault::System(_) => system,
        })?;
    }
    Ok(())
}

/// The table of the commands.
fn command(line: &str, arguments: &[String]) -> Result<(), Fault> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "print" => streams::print(&format!("{}\n", text(rest)?)),
        "warn" => streams::warn(&format!("{}\n", text(rest)?)),
        "write" => streams::print(&text(rest)?),
        "hex" => streams::print_bytes(&hex(rest)?),
        "flood" => streams::flood(io::stdout(), number(rest)?),
        "flood-errors" => streams::flood(io::stderr(), number(rest)?),
        "echo" => streams::echo(),
        "read-line" => streams::echo_line(),
        "arguments" => streams::print_lines(arguments),
        "environment" => streams::print_lines(processes::environment()),
        "variable" => streams::print_lines([std::env::var(rest).unwrap_or_else(|_| "(unset)".to_owned())]),
        "folder" => streams::print_lines([std::env::current_dir()?.display().to_string()]),
        "process" => streams::print_lines([process::id().to_string()]),
        "descriptors" => streams::print_lines(os::descriptors()?),
        "terminal" => streams::print_lines(streams::terminals()),
        "save" => with_path(rest, |path, value| Ok(files::save(path, text(value)?.as_bytes())?)),
        "save-process" => Ok(files::save(rest, process::id().to_string().as_bytes())?),
        "save-many" => with_count(rest, files::save_many),
        "show" => streams::print_bytes(&std::fs::read(rest)?),
        "fill" => with_path(rest, |path, value| Ok(files::fill(path, number(value)?)?)),
        "open" => with_count(rest, files::open),
        "heartbeat" => with_path(rest, |path, value| Ok(files::heartbeat(path, number(value)?)?)),
        "wait-for" => Ok(files::wait_for(rest)?),
        "sleep" => number(rest).map(load::sleep),
        "hang" => load::hang(),
        "burn" => number(rest).map(load::burn),
        "memory" => number(rest).map(load::memory),
        "exit" => process::exit(number(rest)?),
        "abort" => process::abort(),
        "null" => os::read_null(),
        "overflow" => streams::print_lines([load::overflow(1).to_string()]),
        "panic" => panic!("{rest}"),
        "run" => processes::run(rest),
        "spawn" => processes::spawn(rest).map(drop),
        "detach" => processes::detach(rest),
        "daemon" => processes::run(&format!("detach {rest}")),
        "chain" => with_count(rest, processes::chain),
        "many" => with_count(rest, processes::many),
        "bomb" => with_count(rest, |width, depth| processes::bomb(width, number(depth)?)),
        "close" => os::close(rest),
        "ignore-termination" => Ok(os::ignore_termination()?),
        _ => Err(Fault::Program(format!("there is no command `{word}`"))),
    }
}

fn with_path(rest: &str, act: impl FnOnce(&str, &str) -> Result<(), Fault>) -> Result<(), Fault> {
    let (path, value) = rest.split_once(' ').unwrap_or((rest, ""));
    act(path, value)
}

fn with_count(rest: &str, act: impl FnOnce(u64, &str) -> Result<(), Fault>) -> Result<(), Fault> {
    let (count, value) = rest.split_once(' ').unwrap_or((rest, ""));
    act(number(count)?, value)
}

fn number<N: FromStr>(value: &str) -> Result<N, Fault> {
    value.trim().parse().map_err(|_| Fault::Program(format!("`{value}` is not a number that fits")))
}

fn hex(digits: &str) -> Result<Vec<u8>, Fault> {
    let bad = || Fault::Program(format!("`{digits}` is not hexadecimal"));
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(|at| pair(at).ok_or_else(bad)).collect()
}

/// Text with its escapes replaced.
fn text(escaped: &str) -> Result<String, Fault> {
    let mut text = String::new();
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let (character, length) =
            escape(after).ok_or_else(|| Fault::Program(format!("no such escape: `\\{after}`")))?;
        text.push(character);
        rest = &after[length..];
    }
    Ok(text + rest)
}

/// The character that an escape stands for, and the escape's length.
fn escape(after: &str) -> Option<(char, usize)> {
    if let Some(braced) = after.strip_prefix("u{") {
        let digits = braced.split_once('}')?.0;
        return Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, digits.len() + 3));
    }
    let character = match after.chars().next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        '\\' => '\\',
        _ => return None,
    };
    Some((character, 1))
}
