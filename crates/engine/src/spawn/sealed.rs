//! Interpreters that a run must not influence: the program's variables have other names in the interpreter's own environment.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::environment::Variables;

/// In front of the name of each variable of the program.
const PREFIX: &str = "RUNTRAY_INSIDE_";

/// Names the folder for temporary files, which the program sees beside its working folder.
const TEMPORARY: &str = "RUNTRAY_TEMPORARY";

/// The arguments in front of all others. The memory limit is a second one, above the limit of the process, for systems that do
/// not enforce the latter.
pub(super) fn arguments(memory_bytes: u64) -> [OsString; 4] {
    let memory = memory_bytes.saturating_add(memory_bytes / 4);
    ["--variables".into(), PREFIX.into(), "--memory".into(), memory.to_string().into()]
}

/// The interpreter's environment: its `own` variables, and the program's variables with the prefix.
pub(super) fn environment(own: Variables, program: Variables, temporary: &Path) -> Variables {
    let sealed = program.into_iter().map(|(name, value)| ([OsStr::new(PREFIX), &name].into_iter().collect(), value));
    own.into_iter().chain([(TEMPORARY.into(), temporary.into())]).chain(sealed).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{arguments, environment};

    #[test]
    fn the_second_limit_of_memory_is_above_the_first() {
        assert_eq!(arguments(400).last().map(|bytes| bytes.as_os_str()), Some("500".as_ref()));
        assert_eq!(arguments(u64::MAX).last().map(|bytes| bytes.as_os_str()), Some(u64::MAX.to_string().as_ref()));
    }

    #[test]
    fn no_variable_of_the_program_is_one_of_the_interpreter() {
        let program = vec![("LD_PRELOAD".into(), "x.so".into()), ("RUNTRAY_TEMPORARY".into(), "/etc".into())];
        let names = environment(vec![("windir".into(), "w".into())], program, Path::new("/tmp"));
        let expected = [
            ("windir", "w"),
            ("RUNTRAY_TEMPORARY", "/tmp"),
            ("RUNTRAY_INSIDE_LD_PRELOAD", "x.so"),
            ("RUNTRAY_INSIDE_RUNTRAY_TEMPORARY", "/etc"),
        ];
        assert_eq!(names, expected.map(|(name, value)| (name.into(), value.into())));
    }
}
