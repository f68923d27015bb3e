//! CPU time of a whole tree, counted by the kernel (`perf_event_open`).
//!
//! `/proc` and `wait` only cover processes that are alive or were waited for; a dead child whose parent ignores SIGCHLD is in
//! neither. A performance counter of this process is inherited by all its descendants, and includes those that have ended.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::FromRawFd;
use std::time::Duration;

use nix::libc;

/// The first version of `struct perf_event_attr`.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    config1: u64,
}

const SOFTWARE: u32 = 1;
const TASK_CLOCK: u64 = 1;
const DISABLED: u64 = 1 << 0;
const INHERIT: u64 = 1 << 1;
/// Unprivileged users may only count with these two flags. The task clock runs in the kernel all the same.
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HYPERVISOR: u64 = 1 << 6;
/// Starts counting at a child's exec, which excludes this process's own time.
const ENABLE_ON_EXEC: u64 = 1 << 12;
const CLOSE_ON_EXEC: libc::c_ulong = 1 << 3;

/// A counter of CPU time.
pub(crate) struct PerfCounter(File);

impl PerfCounter {
    /// Counts the future children of this process, from their exec. `None` if the system forbids it: some allow it to root only
    /// (`perf_event_paranoid` above 2), and containers forbid it.
    pub(crate) fn start() -> Option<Self> {
        Self::open(DISABLED | INHERIT | ENABLE_ON_EXEC)
    }

    /// A counter that counts nothing. The first counter of a machine makes all of its cores wait, 10 ms or more, while the kernel
    /// switches counting on, and soon after the last one it is off again; so a process that starts programs often holds one.
    pub(crate) fn hold() -> Option<Self> {
        Self::open(DISABLED)
    }

    fn open(flags: u64) -> Option<Self> {
        let (size, flags) = (size_of::<Attributes>() as u32, flags | EXCLUDE_KERNEL | EXCLUDE_HYPERVISOR);
        let attributes = Attributes { kind: SOFTWARE, size, config: TASK_CLOCK, flags, ..Attributes::default() };
        let (this_process, any_cpu, no_group) = (0, -1, -1);
        // SAFETY: the kernel reads the attributes, which say their size, and gives a descriptor that is ours alone.
        #[expect(unsafe_code, reason = "there is no wrapper of perf_event_open")]
        unsafe {
            let attributes = &raw const attributes;
            let fd =
                libc::syscall(libc::SYS_perf_event_open, attributes, this_process, any_cpu, no_group, CLOSE_ON_EXEC);
            let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0)?;
            Some(Self(File::from_raw_fd(fd)))
        }
    }

    /// CPU time so far.
    pub(crate) fn read(&self) -> io::Result<Duration> {
        let mut nanos = [0; 8];
        (&self.0).read_exact(&mut nanos)?;
        Ok(Duration::from_nanos(u64::from_ne_bytes(nanos)))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::PerfCounter;
    use crate::sys::skip::skip;

    #[test]
    fn time_of_children_that_nobody_waits_for_is_counted() {
        let Some(counter) = PerfCounter::start() else { return skip("the system gives no counter") };
        let script = "trap '' CHLD; (n=0; while [ $n -lt 50000 ]; do n=$((n+1)); done) & wait";
        assert!(Command::new("sh").args(["-c", script]).status().expect("a shell").success());
        assert!(counter.read().expect("a count").as_millis() > 5);
    }
}
