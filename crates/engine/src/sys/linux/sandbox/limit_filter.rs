//! The rules that keep a program from removing its limits, and the filter of programs at the level `none`, which has no other
//! rules.
//!
//! - Some system calls change any process of the same user, even in another namespace: they lower its resource limits and its
//!   priority. A program could stop its supervisor from measuring it, or from running. It may change its own processes by the id
//!   0 (the caller) and by the id of the run's first process. A filter cannot know the ids of others.
//! - Some calls take memory that no list of the supervisor shows: mounts of file systems, pages lent to a pipe or a socket, files
//!   of an io_uring. They are refused where the kernel does not count the run's memory itself.

use std::io;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::libc::{self, c_long};

use super::seccomp::{Filter, Rule, Test};

/// The numbers of the calls.
struct Numbers {
    prlimit64: c_long,
    setpriority: c_long,
    ioprio_set: c_long,
    sched_setaffinity: c_long,
    /// Calls whose first argument is the process.
    schedulers: [c_long; 3],
    /// Calls that take memory which no list shows.
    unseen: [c_long; 5],
}

const NATIVE: Numbers = Numbers {
    prlimit64: libc::SYS_prlimit64,
    setpriority: libc::SYS_setpriority,
    ioprio_set: libc::SYS_ioprio_set,
    sched_setaffinity: libc::SYS_sched_setaffinity,
    schedulers: [libc::SYS_sched_setscheduler, libc::SYS_sched_setparam, libc::SYS_sched_setattr],
    unseen: [libc::SYS_mount, libc::SYS_fsopen, libc::SYS_vmsplice, libc::SYS_io_uring_setup, MEMFD_SECRET],
};
/// The same for programs of 32 bits.
#[cfg(target_arch = "x86_64")]
const OF_32_BITS: Numbers = Numbers {
    prlimit64: 340,
    setpriority: 97,
    ioprio_set: 289,
    sched_setaffinity: 241,
    schedulers: [156, 154, 351],
    unseen: [21, 430, 316, 425, MEMFD_SECRET],
};
#[cfg(not(target_arch = "x86_64"))]
const OF_32_BITS: Numbers = Numbers {
    prlimit64: 369,
    setpriority: 97,
    ioprio_set: 314,
    sched_setaffinity: 241,
    schedulers: [156, 154, 380],
    unseen: [21, 430, 343, 425, MEMFD_SECRET],
};
/// The same on every processor.
const MEMFD_SECRET: c_long = 447;
/// All processes of a user, for `setpriority` and `ioprio_set`.
const PRIO_USER: u32 = 2;
const IOPRIO_WHO_USER: u32 = 3;
/// Where a run has its own processes, this is its supervisor.
const SUPERVISOR: u32 = 1;

/// The filters for programs whose memory the kernel counts, and for others.
static FILTERS: OnceLock<Option<[Filter; 2]>> = OnceLock::new();

/// The processes whose processors a program may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processors {
    /// The processors of every process that it sees, except the supervisor's. A thread chooses by its own id.
    OfAll,
    /// Only its own processors, by the ids 0 and the id of the run's first process.
    OfItself,
}

/// Keeps programs from changing the limits and priorities of other processes.
pub(crate) fn of_others(processors: Processors) -> Vec<Rule> {
    changes(&NATIVE, processors)
}

/// Keeps programs from taking memory that no list shows.
pub(crate) fn of_unseen_memory() -> Vec<Rule> {
    let lent = [Test::Is(1, libc::SOL_SOCKET.unsigned_abs()), Test::Is(2, libc::SO_ZEROCOPY.unsigned_abs())];
    let lent = Rule::when(libc::SYS_setsockopt, &lent);
    NATIVE.unseen.into_iter().map(Rule::always).chain([lent]).collect()
}

fn changes(numbers: &Numbers, processors: Processors) -> Vec<Rule> {
    let processors = match processors {
        Processors::OfAll => Test::Is(0, SUPERVISOR),
        Processors::OfItself => Test::IsOther(0),
    };
    let mut rules = vec![
        // Reading the limits of others is allowed.
        Rule::when(numbers.prlimit64, &[Test::IsOther(0), Test::IsThere(2)]),
        Rule::when(numbers.setpriority, &[Test::Is(0, PRIO_USER)]),
        Rule::when(numbers.setpriority, &[Test::IsOther(1)]),
        Rule::when(numbers.ioprio_set, &[Test::Is(0, IOPRIO_WHO_USER)]),
        Rule::when(numbers.ioprio_set, &[Test::IsOther(1)]),
        Rule::when(numbers.sched_setaffinity, &[processors]),
    ];
    rules.extend(numbers.schedulers.map(|number| Rule::when(number, &[Test::IsOther(0)])));
    rules
}

/// Restricts a program at the level `none`; `is_counted` says that the kernel counts the run's memory. Kernels without seccomp
/// are left as they are.
pub(crate) fn restrict(is_counted: bool) -> io::Result<()> {
    let Some([counted, other]) = FILTERS.get_or_init(compile) else { return Ok(()) };
    match if is_counted { counted } else { other }.apply() {
        Err(error) if error.raw_os_error() != Some(Errno::EINVAL as i32) => Err(error),
        _ => Ok(()),
    }
}

/// Compiles the filters once, before runs are forked.
pub(crate) fn prepare() {
    FILTERS.get_or_init(compile);
}

fn compile() -> Option<[Filter; 2]> {
    let filter = |is_counted: bool| {
        let mut rules = of_others(Processors::OfAll);
        let mut of_32_bits = changes(&OF_32_BITS, Processors::OfAll);
        if !is_counted {
            rules.extend(of_unseen_memory());
            of_32_bits.extend(OF_32_BITS.unseen.map(Rule::always));
        }
        Filter::of(&rules, Some(&of_32_bits))
    };
    Some([filter(true)?, filter(false)?])
}
