//! Unix: descriptors, sessions and signals.
#![expect(unsafe_code, reason = "setsid, signal and closing a standard stream are not in the standard library")]

use std::fs;
use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const SIGHUP: i32 = 1;
const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// `SIG_IGN`, and the value of `signal` for an error.
const IGNORE: usize = 1;
const FAILED: usize = usize::MAX;

unsafe extern "C" {
    safe fn setsid() -> i32;
    safe fn signal(number: i32, action: usize) -> usize;
}

/// All open descriptors with their targets.
pub(crate) fn descriptors() -> io::Result<Vec<String>> {
    let listed = fs::read_dir("/dev/fd")?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    let mut numbers: Vec<i32> = listed.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    // The listing itself used a descriptor, which is closed now and has no target.
    let paths = numbers.iter().map(|number| (number, format!("/dev/fd/{number}")));
    let open = paths.filter(|(_, path)| fs::symlink_metadata(path).is_ok());
    Ok(open.map(|(number, path)| describe(*number, &path)).collect())
}

/// macOS does not report the target.
fn describe(number: i32, path: &str) -> String {
    fs::read_link(path).map_or(number.to_string(), |target| format!("{number} {}", target.display()))
}

/// Starts `command` as the leader of its own session.
pub(crate) fn leave_session(command: &mut Command) {
    let leave = || if setsid() < 0 { Err(io::Error::last_os_error()) } else { Ok(()) };
    // SAFETY: between fork and exec only `setsid` is called, which is async-signal-safe.
    unsafe { command.pre_exec(leave) };
}

pub(crate) fn ignore_termination() -> io::Result<()> {
    match [SIGHUP, SIGINT, SIGTERM].into_iter().any(|number| signal(number, IGNORE) == FAILED) {
        true => Err(io::Error::last_os_error()),
        false => Ok(()),
    }
}

pub(crate) fn close_stdin() {
    close(0);
}

pub(crate) fn close_stdout() {
    close(1);
}

pub(crate) fn close_stderr() {
    close(2);
}

fn close(descriptor: i32) {
    // SAFETY: nothing else in this process owns a standard stream's descriptor; using it afterwards is an error, not a fault.
    drop(unsafe { OwnedFd::from_raw_fd(descriptor) });
}
