//! The run's filter of system calls (seccomp). It refuses calls that programs of this kind do not need and calls that bypass the
//! other mechanisms; everything else is allowed.

use std::io;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::libc::{self, c_long};

use crate::sys::linux::sandbox::limit_filter::{Processors, of_others, of_unseen_memory};
use crate::sys::linux::sandbox::seccomp::{Filter, Rule, Test};

/// Refused whatever their arguments.
const REFUSED: &[c_long] = &[
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    // Mounts and namespaces.
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
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
    libc::SYS_quotactl_fd,
    // Interfaces with a long list of faults.
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
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
const OF_PROCESSOR: &[c_long] =
    &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_uselib, libc::SYS_ustat, libc::SYS__sysctl];
#[cfg(not(target_arch = "x86_64"))]
const OF_PROCESSOR: &[c_long] = &[];

/// Calls that Landlock does not limit: changes of modes, owners, dates and attributes, notices of changes in folders, the list of
/// mounts, and objects without a path (System V, message queues). Refused where the run has no root folder of its own, in which
/// other files are not there or read-only, and no objects of its own.
const WITHOUT_ROOT: &[c_long] = &[
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
    libc::SYS_inotify_add_watch,
    STATMOUNT,
    LISTMOUNT,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmdt,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];
/// Reading attributes by path, refused there with "not supported": programs that copy files then leave them out.
const ATTRIBUTES: &[c_long] =
    &[libc::SYS_getxattr, libc::SYS_lgetxattr, libc::SYS_listxattr, libc::SYS_llistxattr, GETXATTRAT, LISTXATTRAT];
/// Calls that are newer than the library; their numbers are the same on every processor.
const SETXATTRAT: c_long = 463;
const GETXATTRAT: c_long = 464;
const LISTXATTRAT: c_long = 465;
const REMOVEXATTRAT: c_long = 466;
const STATMOUNT: c_long = 457;
const LISTMOUNT: c_long = 458;
const FILE_SETATTR: c_long = 469;
/// Older forms of them.
#[cfg(target_arch = "x86_64")]
const WITHOUT_ROOT_OF_PROCESSOR: &[c_long] =
    &[libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat];
#[cfg(not(target_arch = "x86_64"))]
const WITHOUT_ROOT_OF_PROCESSOR: &[c_long] = &[];

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

/// ioctl(2) requests that type into a terminal or change its line discipline.
const TERMINAL_REQUESTS: [u64; 3] = [libc::TIOCSTI, libc::TIOCLINUX, libc::TIOCSETD];

/// Bits of a socket's type beside the type itself.
const TYPE: u32 = 0xf;

/// The obsolete type for whole frames of a network.
const SOCK_PACKET: libc::c_int = 10;

static FILTERS: OnceLock<Option<[Filter; 4]>> = OnceLock::new();

/// Restricts this process and its descendants. With a network of its own, the run may use its sockets; without a root folder
/// of its own, it could reach the UNIX sockets of other programs, and may not make any but connected pairs.
pub(super) fn restrict(own_network: bool, own_root: bool) -> io::Result<()> {
    let [whole, unix, none, _] = FILTERS.get_or_init(compile).as_ref().ok_or(Errno::EINVAL)?;
    match (own_network, own_root) {
        (true, true) => whole,
        (false, true) => unix,
        (_, false) => none,
    }
    .apply()
}

/// Restricts the gateway of a run: sockets of the internet, and the one by which the kernel tells interfaces and routes.
pub(super) fn restrict_gateway() -> io::Result<()> {
    let [.., gateway] = FILTERS.get_or_init(compile).as_ref().ok_or(Errno::EINVAL)?;
    gateway.apply()
}

/// Compiles the filters once, before runs are forked.
pub(super) fn prepare() {
    FILTERS.get_or_init(compile);
}

fn compile() -> Option<[Filter; 4]> {
    let (unix, inet) = (libc::AF_UNIX, [libc::AF_INET, libc::AF_INET6]);
    let exec = [libc::SYS_execve, libc::SYS_execveat].map(Rule::always);
    Some([
        filter(&[unix, inet[0], inet[1]], Processors::OfAll, Vec::new())?,
        filter(&[unix], Processors::OfAll, Vec::new())?,
        filter(&[], Processors::OfItself, without_root())?,
        filter(&[inet[0], inet[1], libc::AF_NETLINK], Processors::OfItself, exec.into())?,
    ])
}

/// A filter that allows sockets of `families` only, and refuses `more`.
fn filter(families: &[libc::c_int], processors: Processors, more: Vec<Rule>) -> Option<Filter> {
    let number = |value: libc::c_int| value.unsigned_abs();
    let mut rules: Vec<Rule> = REFUSED.iter().chain(OF_PROCESSOR).copied().map(Rule::always).collect();
    rules.extend(of_others(processors));
    rules.extend(of_unseen_memory());
    rules.extend(sockets(families));
    rules.push(Rule::when(libc::SYS_socketpair, &[Test::IsNot(0, number(libc::AF_UNIX))]));
    rules.extend(NAMESPACES.map(|flag| {
        let flag = flag as u32;
        Rule::when(libc::SYS_clone, &[Test::Has(0, flag, flag)])
    }));
    // A filter cannot read the flags of clone3(2). Told that there is none, libraries use clone(2).
    rules.push(Rule::always(libc::SYS_clone3).with(Errno::ENOSYS));
    rules.extend(TERMINAL_REQUESTS.map(|request| Rule::when(libc::SYS_ioctl, &[Test::Is(1, request as u32)])));
    // Reading the personality (0xffffffff) and setting the usual one (0) is allowed.
    rules.push(Rule::when(libc::SYS_personality, &[Test::IsNot(0, 0), Test::IsNot(0, u32::MAX)]));
    rules.extend(more);
    Filter::of(&rules, None)
}

/// Refuses each family but those, and each type of socket but streams, datagrams and packets; netlink knows only a raw one.
fn sockets(families: &[libc::c_int]) -> Vec<Rule> {
    let others: Vec<_> = families.iter().map(|family| Test::IsNot(0, family.unsigned_abs())).collect();
    let netlink = Test::IsNot(0, libc::AF_NETLINK.unsigned_abs());
    let types = [libc::SOCK_RAW, libc::SOCK_RDM, libc::SOCK_DCCP, SOCK_PACKET];
    let types = types.map(|kind| Rule::when(libc::SYS_socket, &[netlink, Test::Has(1, TYPE, kind.unsigned_abs())]));
    [Rule::when(libc::SYS_socket, &others)].into_iter().chain(types).collect()
}

/// The other calls that are refused where the run has no root folder of its own.
fn without_root() -> Vec<Rule> {
    let refused = WITHOUT_ROOT.iter().chain(WITHOUT_ROOT_OF_PROCESSOR).copied().map(Rule::always);
    let attributes = ATTRIBUTES.iter().map(|number| Rule::always(*number).with(Errno::EOPNOTSUPP));
    // A connected datagram socket can still send to any other socket by its path; the kernel treats raw ones alike.
    let pairs = [libc::SOCK_DGRAM, libc::SOCK_RAW].map(libc::c_int::unsigned_abs);
    let pairs = pairs.map(|kind| Rule::when(libc::SYS_socketpair, &[Test::Has(1, TYPE, kind)]));
    refused.chain(attributes).chain(pairs).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_filters_compile() {
        assert!(super::compile().is_some());
    }
}
