//! Commands that start children.

use std::env;
use std::process::{self, Child, Command, Stdio};

use crate::load;
use crate::os;
use crate::program::Fault;
use crate::streams;

pub(crate) fn environment() -> Vec<String> {
    let mut lines: Vec<_> =
        env::vars_os().map(|(name, value)| format!("{}={}", name.to_string_lossy(), value.to_string_lossy())).collect();
    lines.sort();
    lines
}

pub(crate) fn run(line: &str) -> Result<(), Fault> {
    let status = spawn(line)?.wait()?;
    match status.code() {
        Some(0) => Ok(()),
        code => process::exit(code.unwrap_or(1)),
    }
}

pub(crate) fn spawn(line: &str) -> Result<Child, Fault> {
    Ok(this_program(line)?.spawn()?)
}

pub(crate) fn detach(line: &str) -> Result<(), Fault> {
    let mut command = this_program(line)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    os::leave_session(&mut command);
    command.spawn()?;
    Ok(())
}

pub(crate) fn chain(depth: u64, line: &str) -> Result<(), Fault> {
    match depth {
        0 => run(line),
        _ => run(&format!("chain {} {line}", depth - 1)),
    }
}

pub(crate) fn many(count: u64, line: &str) -> Result<(), Fault> {
    let started = (0..count).take_while(|_| spawn(line).is_ok()).count();
    streams::print_lines([started.to_string()])
}

pub(crate) fn bomb(width: u64, depth: u64) -> Result<(), Fault> {
    if depth > 0 {
        let line = format!("bomb {width} {}", depth - 1);
        // A child that cannot be started has met a limit, which the test expects.
        (0..width).for_each(|_| drop(spawn(&line)));
    }
    load::hang()
}

fn this_program(line: &str) -> Result<Command, Fault> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["-e", line]);
    Ok(command)
}
