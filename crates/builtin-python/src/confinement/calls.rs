//! The system calls that remain allowed: a seccomp filter.
//!
//! For every other call the kernel says that there is none (ENOSYS), which libraries know from older kernels and answer with an
//! older call. So a library that becomes newer than this list goes on working.

use std::collections::BTreeMap;
use std::io;

use nix::errno::Errno;
use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

/// Allowed whatever their arguments. Which files they reach is Landlock's matter.
const ALLOWED: &[libc::c_long] = &[
    // Open files.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_preadv2,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_pwritev2,
    libc::SYS_copy_file_range,
    libc::SYS_sendfile,
    libc::SYS_lseek,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_getdents64,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_close,
    libc::SYS_pipe2,
    libc::SYS_eventfd2,
    // Paths.
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_utimensat,
    libc::SYS_getcwd,
    // Memory.
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mincore,
    libc::SYS_msync,
    libc::SYS_brk,
    // Time, and waiting.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getitimer,
    libc::SYS_setitimer,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_restart_syscall,
    // Signals to itself, and threads.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Information about the process and the system, and random numbers.
    libc::SYS_getpid,
    libc::SYS_getrusage,
    libc::SYS_getrandom,
    libc::SYS_uname,
    libc::SYS_sysinfo,
];

/// Older forms of them, which only older processors have.
#[cfg(target_arch = "x86_64")]
const OF_PROCESSOR: &[libc::c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_epoll_wait,
    libc::SYS_time,
    libc::SYS_getdents,
    libc::SYS_getrlimit,
    libc::SYS_pause,
    libc::SYS_alarm,
];
#[cfg(target_arch = "aarch64")]
const OF_PROCESSOR: &[libc::c_long] = &[libc::SYS_renameat];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const OF_PROCESSOR: &[libc::c_long] = &[];

/// ioctl(2) requests that read an open file's terminal settings or count its readable bytes. None types into a terminal.
const REQUESTS: [u64; 3] = [libc::TCGETS, libc::TCGETS2, libc::FIONREAD];

/// The last of the first fcntl(2) commands, which copy descriptors, tell and set flags, and lock; and a newer one. Those after it
/// make the kernel send signals.
const LAST_COMMAND: libc::c_int = libc::F_SETLKW;
const NEWER_COMMAND: libc::c_int = libc::F_DUPFD_CLOEXEC;

/// The flags of clone(2) that make a process or namespaces instead of a thread; a thread has only the first.
const KIND: libc::c_int = libc::CLONE_THREAD
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// The instructions with which the library's filters begin: they end the process if the call is one of another architecture.
const SAME_ARCHITECTURE: usize = 3;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Limits this process to the calls above.
pub(super) fn restrict() -> io::Result<()> {
    let filter = filter().map_err(io::Error::other)?;
    seccompiler::apply_filter(&filter).map_err(|error| match error {
        seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => error,
        _ => Errno::EINVAL.into(),
    })
}

fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let other = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let by_rules = BpfProgram::try_from(SeccompFilter::new(rules()?, other, SeccompAction::Allow, arch)?)?;
    let (same_architecture, rest) = by_rules.split_at(SAME_ARCHITECTURE);
    Ok([same_architecture, &allowed(), rest].concat())
}

/// The calls that depend on their arguments.
fn rules() -> Result<Rules, seccompiler::BackendError> {
    let itself = u64::from(std::process::id());
    let each = |place: u8, values: &[u64]| {
        values.iter().map(|value| rule(&[(place, Len::Dword, Op::Eq, *value)])).collect::<Result<Vec<_>, _>>()
    };
    let [last, newer] = [LAST_COMMAND, NEWER_COMMAND].map(|command| u64::from(command.cast_unsigned()));
    let (kind, thread) = (u64::from(KIND.cast_unsigned()), u64::from(libc::CLONE_THREAD.cast_unsigned()));
    // No new machine code: all of it is mapped.
    let no_code = || rule(&[(2, Len::Dword, Op::MaskedEq(u64::from(libc::PROT_EXEC.cast_unsigned())), 0)]);
    let name = u64::from(libc::PR_SET_NAME.cast_unsigned());
    Ok(BTreeMap::from([
        (libc::SYS_mmap, vec![no_code()?]),
        (libc::SYS_mprotect, vec![no_code()?]),
        (libc::SYS_ioctl, each(1, &REQUESTS)?),
        (libc::SYS_fcntl, vec![rule(&[(1, Len::Dword, Op::Le, last)])?, rule(&[(1, Len::Dword, Op::Eq, newer)])?]),
        (libc::SYS_clone, vec![rule(&[(0, Len::Dword, Op::MaskedEq(kind), thread)])?]),
        (libc::SYS_tgkill, vec![rule(&[(0, Len::Dword, Op::Eq, itself)])?]),
        // Its own limits, to read.
        (libc::SYS_prlimit64, vec![rule(&[(0, Len::Dword, Op::Eq, 0), (2, Len::Qword, Op::Eq, 0)])?]),
        (libc::SYS_prctl, each(0, &[name])?),
    ]))
}

/// A rule whose conditions all hold: an argument's place and width, an operator and a value.
fn rule(conditions: &[(u8, Len, Op, u64)]) -> Result<SeccompRule, seccompiler::BackendError> {
    let conditions = conditions
        .iter()
        .map(|(place, length, op, value)| SeccompCondition::new(*place, length.clone(), op.clone(), *value));
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}

/// Instructions that allow the calls without rules, and go on with the others. There are as few as can be: the kernel compiles
/// each in every run, which takes a microsecond.
fn allowed() -> Vec<sock_filter> {
    const NUMBER: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const AFTER_NEXT: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let ranges = ranges();
    let tests: usize = ranges.iter().map(|(first, after)| if after - first == 1 { 1 } else { 2 }).sum();
    let mut program = vec![sock_filter { code: NUMBER, jt: 0, jf: 0, k: 0 }];
    for (first, after) in ranges {
        // The distance from `place` to the last instruction.
        let to_end = |place: usize| u8::try_from(tests + 1 - place).unwrap_or(u8::MAX);
        if after - first == 1 {
            program.push(sock_filter { code: EQUAL, jt: to_end(program.len()), jf: 0, k: first });
            continue;
        }
        program.push(sock_filter { code: AT_LEAST, jt: 0, jf: 1, k: first });
        program.push(sock_filter { code: AT_LEAST, jt: 0, jf: to_end(program.len()), k: after });
    }
    program.push(sock_filter { code: AFTER_NEXT, jt: 0, jf: 0, k: 1 });
    program.push(sock_filter { code: RETURN, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW });
    program
}

/// The allowed numbers: the first of a row, and the one after its last.
fn ranges() -> Vec<(u32, u32)> {
    let mut numbers: Vec<u32> =
        [ALLOWED, OF_PROCESSOR].concat().iter().filter_map(|n| u32::try_from(*n).ok()).collect();
    numbers.sort_unstable();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut().filter(|(_, after)| *after == number) {
            Some((_, after)) => *after += 1,
            None => ranges.push((number, number + 1)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, OF_PROCESSOR, filter, ranges};

    #[test]
    fn the_ranges_are_the_allowed_numbers() {
        let numbers: usize = ranges().iter().map(|(first, after)| (after - first) as usize).sum();
        assert_eq!(numbers, ALLOWED.len() + OF_PROCESSOR.len());
        assert!(ranges().windows(2).all(|pair| pair[0].1 < pair[1].0), "{:?}", ranges());
    }

    #[test]
    fn the_filter_is_short() {
        // Jumps reach 255 instructions.
        assert!(2 * ranges().len() < 250 && filter().expect("a filter").len() < 160);
    }
}
