//! Status changes of children, and names of signals: the kernel has more signals than `nix` knows.

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

/// Real-time signals are named by their distance from this one.
const FIRST_REAL_TIME: i32 = 34;
/// The last real-time signal.
const LAST_REAL_TIME: i32 = 64;

/// A status change of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChildStatus {
    /// It exited with this code.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// A signal stopped it.
    Stopped,
}

/// Which changes to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitFor {
    /// Exits only.
    Exits,
    /// Exits and stops.
    ExitsAndStops,
}

/// The next child with a status change, without blocking; `None` if there is none, and `ECHILD` if there are no children.
pub(crate) fn next(changes: WaitFor) -> nix::Result<Option<(Pid, ChildStatus)>> {
    let flags = match changes {
        WaitFor::Exits => libc::WNOHANG,
        WaitFor::ExitsAndStops => libc::WNOHANG | libc::WUNTRACED,
    };
    let mut status = 0;
    // SAFETY: the kernel writes one number to a place of our own.
    #[expect(unsafe_code, reason = "nix fails for a child that a real-time signal ended")]
    let pid = Errno::result(unsafe { libc::waitpid(-1, &raw mut status, flags) })?;
    let change = if libc::WIFEXITED(status) {
        ChildStatus::Exited(libc::WEXITSTATUS(status))
    } else if libc::WIFSTOPPED(status) {
        ChildStatus::Stopped
    } else {
        ChildStatus::Killed(libc::WTERMSIG(status))
    };
    Ok((pid != 0).then(|| (Pid::from_raw(pid), change)))
}

/// The name of a signal.
pub(crate) fn signal_name(number: i32) -> String {
    match (Signal::try_from(number), number) {
        (Ok(signal), _) => signal.as_str().to_owned(),
        (Err(_), FIRST_REAL_TIME..=LAST_REAL_TIME) => format!("SIGRTMIN+{}", number - FIRST_REAL_TIME),
        (Err(_), _) => format!("signal {number}"),
    }
}

/// Whether `name` is the [`signal_name`] of any signal.
pub(crate) fn is_signal_name(name: &str) -> bool {
    (1..=LAST_REAL_TIME).any(|number| signal_name(number) == name)
}

#[cfg(test)]
mod tests {
    use super::{is_signal_name, signal_name};

    #[test]
    fn every_signal_has_a_name() {
        for (number, name) in
            [(9, "SIGKILL"), (11, "SIGSEGV"), (32, "signal 32"), (34, "SIGRTMIN+0"), (64, "SIGRTMIN+30")]
        {
            assert_eq!(signal_name(number), name);
            assert!(is_signal_name(name));
        }
        assert!(!is_signal_name("SIGNAL") && !is_signal_name(""));
    }
}
