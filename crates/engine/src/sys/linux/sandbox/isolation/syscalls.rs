//! The run's filter of system calls (seccomp). It refuses what programs of this kind do not need and what reaches around the
//! other mechanisms; everything else is allowed.

use std::io;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

/// Refused whatever their arguments.
const REFUSED: &[libc::c_long] = &[
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    // Mounts and namespaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    // Files by other ways than their path.
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    libc::SYS_quotactl,
    // Interfaces with a long list of faults, or memory that no limit counts.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_memfd_secret,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // The machine.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    libc::SYS_lookup_dcookie,
    libc::SYS_nfsservctl,
];

/// Refused too, where the processor has them.
#[cfg(target_arch = "x86_64")]
const OF_PROCESSOR: &[libc::c_long] =
    &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_uselib, libc::SYS_ustat, libc::SYS__sysctl];
#[cfg(not(target_arch = "x86_64"))]
const OF_PROCESSOR: &[libc::c_long] = &[];

/// Changes of modes, owners, dates and attributes, which Landlock does not limit. Refused where the run has no root folder of its
/// own, in which other files are not there or read-only.
const METADATA: &[libc::c_long] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    SETXATTRAT,
    REMOVEXATTRAT,
    FILE_SETATTR,
];
/// Newer calls than the library knows; their numbers are the same on every processor.
const SETXATTRAT: libc::c_long = 463;
const REMOVEXATTRAT: libc::c_long = 466;
const FILE_SETATTR: libc::c_long = 469;
/// Older forms of them.
#[cfg(target_arch = "x86_64")]
const METADATA_OF_PROCESSOR: &[libc::c_long] =
    &[libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat];
#[cfg(not(target_arch = "x86_64"))]
const METADATA_OF_PROCESSOR: &[libc::c_long] = &[];

/// The flags of clone(2) that make namespaces.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// ioctl(2) requests on a terminal that type into it, and the one that changes its line discipline.
const TERMINAL_REQUESTS: [u64; 3] = [libc::TIOCSTI, libc::TIOCLINUX, libc::TIOCSETD];

/// Bits of a socket's type beside the type itself.
const TYPE: u64 = 0xf;

/// The obsolete type for whole frames of a network.
const SOCK_PACKET: libc::c_int = 10;

/// The numbers of x32 calls, a second interface of 64-bit x86, begin here.
const X32: u32 = 0x4000_0000;

static FILTERS: OnceLock<Option<[BpfProgram; 4]>> = OnceLock::new();

/// Restricts this process and its descendants. With a network of its own, the run may use its sockets; without a root folder
/// of its own, it could reach the UNIX sockets of other programs, and may not make any but connected pairs.
pub(super) fn restrict(own_network: bool, own_root: bool) -> io::Result<()> {
    let [whole, unix, none, _] = FILTERS.get_or_init(compile).as_ref().ok_or(Errno::EINVAL)?;
    let filter = match (own_network, own_root) {
        (true, true) => whole,
        (false, true) => unix,
        (_, false) => none,
    };
    apply(filter)
}

/// Restricts the gateway of a run: sockets of the internet, and the one by which the kernel tells interfaces and routes.
pub(super) fn restrict_gateway() -> io::Result<()> {
    let [.., gateway] = FILTERS.get_or_init(compile).as_ref().ok_or(Errno::EINVAL)?;
    apply(gateway)
}

fn apply(filter: &BpfProgram) -> io::Result<()> {
    seccompiler::apply_filter(filter).map_err(|error| match error {
        seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => error,
        _ => Errno::EINVAL.into(),
    })
}

/// Compiles the filters once, before runs are forked.
pub(super) fn prepare() {
    FILTERS.get_or_init(compile);
}

fn compile() -> Option<[BpfProgram; 4]> {
    let (unix, inet) = (libc::AF_UNIX, [libc::AF_INET, libc::AF_INET6]);
    let none = [METADATA, METADATA_OF_PROCESSOR].concat();
    let whole = filter(&[unix, inet[0], inet[1]], &[]).ok()?;
    let gateway = filter(&[inet[0], inet[1], libc::AF_NETLINK], &[libc::SYS_execve, libc::SYS_execveat]).ok()?;
    Some([whole, filter(&[unix], &[]).ok()?, filter(&[], &none).ok()?, gateway])
}

/// A filter that allows sockets of `families` only, and refuses `more` calls.
fn filter(families: &[libc::c_int], more: &[libc::c_long]) -> Result<BpfProgram, seccompiler::Error> {
    let mut rules: std::collections::BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().chain(OF_PROCESSOR).chain(more).map(|number| (*number, Vec::new())).collect();
    rules.insert(libc::SYS_socket, sockets(families)?);
    rules.insert(libc::SYS_socketpair, vec![rule(&[(0, Op::Ne, libc::AF_UNIX as u64)])?]);
    let flags = NAMESPACES.map(|flag| flag as u64);
    rules.insert(libc::SYS_clone, each(&flags, |flag| rule(&[(0, Op::MaskedEq(flag), flag)]))?);
    rules.insert(libc::SYS_ioctl, each(&TERMINAL_REQUESTS, |request| rule(&[(1, Op::Eq, request)]))?);
    // Reading the personality (0xffffffff) and setting the usual one (0) is allowed.
    rules.insert(libc::SYS_personality, vec![rule(&[(0, Op::Ne, 0), (0, Op::Ne, 0xffff_ffff)])?]);
    let allow = SeccompAction::Allow;
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let filter = SeccompFilter::new(rules, allow, refuse, arch()?)?;
    Ok(unknown_calls().into_iter().chain(BpfProgram::try_from(filter)?).collect())
}

/// Refuses each family but those, and each type of socket but streams, datagrams and packets; netlink knows only a raw one.
fn sockets(families: &[libc::c_int]) -> Result<Vec<SeccompRule>, seccompiler::Error> {
    let others: Vec<_> = families.iter().map(|family| (0, Op::Ne, *family as u64)).collect();
    if others.is_empty() {
        // No family is negative.
        return Ok(vec![rule(&[(0, Op::Ge, 0)])?]);
    }
    let types = [libc::SOCK_RAW, libc::SOCK_RDM, libc::SOCK_DCCP, SOCK_PACKET].map(|kind| kind as u64);
    let netlink = libc::AF_NETLINK as u64;
    let types = each(&types, |kind| rule(&[(0, Op::Ne, netlink), (1, Op::MaskedEq(TYPE), kind)]))?;
    Ok([vec![rule(&others)?], types].concat())
}

fn each(
    values: &[u64],
    make: impl Fn(u64) -> Result<SeccompRule, seccompiler::Error>,
) -> Result<Vec<SeccompRule>, seccompiler::Error> {
    values.iter().map(|value| make(*value)).collect()
}

/// A rule whose conditions all hold: an argument's place, an operator and a value of 32 bits.
fn rule(conditions: &[(u8, Op, u64)]) -> Result<SeccompRule, seccompiler::Error> {
    let conditions = conditions.iter().map(|(place, op, value)| {
        SeccompCondition::new(*place, Len::Dword, op.clone(), *value).map_err(seccompiler::Error::Backend)
    });
    SeccompRule::new(conditions.collect::<Result<_, _>>()?).map_err(seccompiler::Error::Backend)
}

fn arch() -> Result<TargetArch, seccompiler::Error> {
    TargetArch::try_from(std::env::consts::ARCH).map_err(seccompiler::Error::Backend)
}

/// Says "no such call" for x32 calls, and for clone3(2), whose flags a filter cannot read; libraries then use clone(2).
fn unknown_calls() -> [sock_filter; 4] {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let no_such_call = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
    [
        sock_filter { code: LOAD, jt: 0, jf: 0, k: 0 },
        sock_filter { code: AT_LEAST, jt: 1, jf: 0, k: X32 },
        sock_filter { code: EQUAL, jt: 0, jf: 1, k: libc::SYS_clone3 as u32 },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: no_such_call },
    ]
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn the_filters_compile_and_differ() {
        let [whole, unix, none, gateway] = compile().expect("filters");
        assert!(whole.len() < 4096 && whole != unix && unix != none && gateway != whole);
    }
}
