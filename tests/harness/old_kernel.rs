//! A service on a kernel without Landlock, so that there is no sandbox.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::libc;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// Makes `command` a program on such a kernel: the system call that begins with Landlock is not there.
#[expect(unsafe_code, reason = "the filter is installed between fork and exec")]
pub(crate) fn without_landlock(command: &mut Command) -> &mut Command {
    let filter = filter();
    // SAFETY: the closure makes two system calls and allocates nothing.
    unsafe { command.pre_exec(move || seccompiler::apply_filter(&filter).map_err(std::io::Error::other)) }
}

fn filter() -> BpfProgram {
    let missing = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let rules = BTreeMap::from([(libc::SYS_landlock_create_ruleset, Vec::new())]);
    let arch = TargetArch::try_from(std::env::consts::ARCH).expect("a known processor");
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, missing, arch).expect("a filter");
    filter.try_into().expect("a program")
}
