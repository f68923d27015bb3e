//! Systems without parts of the sandbox: kernels without Landlock, containers without namespaces.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// The flags of `clone` and `unshare` that make a namespace.
const NAMESPACES: [libc::c_int; 6] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
];

/// The rules of one filter: system calls that fail, always or with these arguments.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Makes `command` a program on such a kernel: the system call that begins with Landlock is not there.
pub(crate) fn without_landlock(command: &mut Command) -> &mut Command {
    refuse(command, vec![filter(BTreeMap::from([(libc::SYS_landlock_create_ruleset, Vec::new())]), libc::ENOSYS)])
}

/// Makes `command` a program in a container that forbids namespaces, as Docker does by default.
pub(crate) fn without_namespaces(command: &mut Command) -> &mut Command {
    let flagged: Vec<SeccompRule> = NAMESPACES.into_iter().map(with_flag).collect();
    let refused = BTreeMap::from([(libc::SYS_unshare, Vec::new()), (libc::SYS_clone, flagged)]);
    // A filter cannot read the arguments of clone3, so it must look missing: the C library then uses clone.
    let missing = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    refuse(command, vec![filter(refused, libc::EPERM), filter(missing, libc::ENOSYS)])
}

fn with_flag(flag: libc::c_int) -> SeccompRule {
    let flag = u64::from(flag.cast_unsigned());
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag);
    SeccompRule::new(vec![condition.expect("a condition")]).expect("a rule")
}

fn filter(rules: Rules, error: libc::c_int) -> BpfProgram {
    let fails = SeccompAction::Errno(error.cast_unsigned());
    let arch = TargetArch::try_from(std::env::consts::ARCH).expect("a known processor");
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, fails, arch).expect("a filter");
    filter.try_into().expect("a program")
}

#[expect(unsafe_code, reason = "the filters are installed between fork and exec")]
fn refuse(command: &mut Command, filters: Vec<BpfProgram>) -> &mut Command {
    let apply = move || filters.iter().try_for_each(|filter| seccompiler::apply_filter(filter));
    // SAFETY: the closure makes system calls only and allocates nothing.
    unsafe { command.pre_exec(move || apply().map_err(std::io::Error::other)) }
}
