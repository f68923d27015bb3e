//! The environment that every subject is started with.

use std::env;
use std::process::Command;

/// What is passed on. Whatever started the benchmark (cargo, a virtualenv) sets more, which would slow some subjects down
/// and not others: Runtray clears it for its programs, Flask does not.
const KEPT: &[&str] = &["PATH", "HOME", "TMPDIR", "SystemRoot", "TEMP"];

/// Leaves `command` with the same few variables as every other subject.
pub(crate) fn set(command: &mut Command) {
    command.env_clear().envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?)))).env("LANG", "C.UTF-8");
    // Where the benchmark runs as root, Runtray would ask for its token.
    command.env("RUNTRAY_CONTAINER", "1");
}
