//! The pool of prestarted interpreters, as a test sees it.

use serde_json::Value;

use super::{Service, eventually};

/// Settings without prestarted interpreters.
pub(crate) const COLD: &str = "[warm]\nmemory_bytes = 0\n";
/// Settings with one prestarted interpreter for each language.
pub(crate) const ONE_EACH: &str = "[warm]\npython = 1\njavascript = 1\ntypescript = 1\nmemory_bytes = 1073741824\n";

impl Service {
    /// Waits until exactly `count` interpreters of a language wait, each at the point where it reads its program.
    ///
    /// # Panics
    /// The deadline passed.
    pub(crate) fn until_waiting(&self, language: &str, count: u64) {
        eventually(&format!("{count} interpreters of {language} to wait"), || {
            (self.waiting(language) == count && self.are_at_their_barriers(language, count)).then_some(())
        });
    }

    /// Runs a program and checks that it used a prestarted interpreter.
    ///
    /// # Panics
    /// The program did not run, or ran in a new interpreter.
    pub(crate) fn execute_warm(&self, language: &str, request: &Value) -> Value {
        eventually("an interpreter that waits", || (self.waiting(language) > 0).then_some(()));
        let before = self.warm_runs(language);
        let answer = self.execute(request);
        assert_eq!(self.warm_runs(language), before + 1, "the interpreter had not waited: {answer}");
        answer
    }

    /// Waits until every waiting interpreter has reached the point where it reads its program, and one of them has a terminal.
    ///
    /// # Panics
    /// The deadline passed.
    #[cfg(target_os = "linux")]
    pub(crate) fn until_terminals_wait(&self, language: &str) {
        eventually("an interpreter with a terminal to wait", || {
            let barriers = self.at_barriers(language);
            let all = barriers.len() as u64 == self.waiting(language);
            let has_terminal = |pid: &u32| {
                std::fs::read_link(format!("/proc/{pid}/fd/0"))
                    .is_ok_and(|file| !file.to_string_lossy().starts_with("pipe:"))
            };
            (all && barriers.iter().any(has_terminal)).then_some(())
        });
    }

    #[cfg(target_os = "linux")]
    fn are_at_their_barriers(&self, language: &str, count: u64) -> bool {
        self.at_barriers(language).len() as u64 == count
    }

    /// Other systems cannot list the open files of another process.
    #[cfg(not(target_os = "linux"))]
    fn are_at_their_barriers(&self, _language: &str, _count: u64) -> bool {
        true
    }

    /// The processes that have opened their program's pipe and not yet read from it.
    #[cfg(target_os = "linux")]
    pub(crate) fn at_barriers(&self, language: &str) -> Vec<u32> {
        let program = format!("/main.{}", super::program::extension(language));
        let below = super::leftovers::descendants(self.pid()).into_iter();
        below.filter(|pid| open_files(*pid).iter().any(|file| file.ends_with(&program))).collect()
    }
}

/// The open files of a process, which may have ended.
#[cfg(target_os = "linux")]
fn open_files(pid: u32) -> Vec<String> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(std::fs::read_link(entry.path()).ok()?.display().to_string())).collect()
}
