//! The environment variables of every subject.

use std::env;
use std::process::Command;

/// The variables that are kept. Others, from cargo or a virtualenv, would slow some subjects down and not others: Runtray clears
/// them for its programs, Flask does not.
const KEPT: &[&str] = &["PATH", "HOME", "TMPDIR", "SystemRoot", "TEMP"];

/// Gives `command` the same few variables as every other subject.
pub(crate) fn set(command: &mut Command) {
    command.env_clear().envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?)))).env("LANG", "C.UTF-8");
    // If the benchmark runs as root, Runtray would require its token.
    command.env("RUNTRAY_CONTAINER", "1");
}
