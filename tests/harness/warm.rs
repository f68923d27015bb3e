//! Interpreters that wait ahead of their programs, as a test sees them.

use serde_json::Value;

use super::{Service, eventually};

/// Settings with which no interpreter ever waits.
pub(crate) const COLD: &str = "[warm]\nmemory_bytes = 0\n";
/// Settings with which one of each language always waits.
pub(crate) const ONE_EACH: &str = "[warm]\npython = 1\njavascript = 1\ntypescript = 1\nmemory_bytes = 1073741824\n";

impl Service {
    /// Waits until exactly `count` interpreters of a language wait, each at the point where it reads its program.
    ///
    /// # Panics
    /// That did not come about in time.
    pub(crate) fn until_waiting(&self, language: &str, count: u64) {
        eventually(&format!("{count} interpreters of {language} to wait"), || {
            (self.waiting(language) == count && self.are_at_their_gates(language, count)).then_some(())
        });
    }

    /// Runs a program in an interpreter that surely waited for it.
    ///
    /// # Panics
    /// It was not run, or in an interpreter of its own.
    pub(crate) fn execute_warm(&self, language: &str, request: &Value) -> Value {
        eventually("an interpreter that waits", || (self.waiting(language) > 0).then_some(()));
        let before = self.warm_runs(language);
        let answer = self.execute(request);
        assert_eq!(self.warm_runs(language), before + 1, "the interpreter had not waited: {answer}");
        answer
    }

    /// Waits until an interpreter that has a terminal waits where it reads its program, and all others that wait do.
    ///
    /// # Panics
    /// That did not come about in time.
    #[cfg(target_os = "linux")]
    pub(crate) fn until_terminals_wait(&self, language: &str) {
        eventually("an interpreter with a terminal to wait", || {
            let gates = self.at_gates(language);
            let all = gates.len() as u64 == self.waiting(language);
            let has_terminal = |pid: &u32| {
                std::fs::read_link(format!("/proc/{pid}/fd/0"))
                    .is_ok_and(|file| !file.to_string_lossy().starts_with("pipe:"))
            };
            (all && gates.iter().any(has_terminal)).then_some(())
        });
    }

    #[cfg(target_os = "linux")]
    fn are_at_their_gates(&self, language: &str, count: u64) -> bool {
        self.at_gates(language).len() as u64 == count
    }

    /// Elsewhere nobody tells which files another process has open.
    #[cfg(not(target_os = "linux"))]
    fn are_at_their_gates(&self, _language: &str, _count: u64) -> bool {
        true
    }

    /// The processes that have their program open and nothing in it yet.
    #[cfg(target_os = "linux")]
    pub(crate) fn at_gates(&self, language: &str) -> Vec<u32> {
        let program = format!("/main.{}", super::program::extension(language));
        let below = super::leftovers::descendants(self.pid()).into_iter();
        below.filter(|pid| open_files(*pid).iter().any(|file| file.ends_with(&program))).collect()
    }
}

/// What a process that may be gone any moment has open.
#[cfg(target_os = "linux")]
fn open_files(pid: u32) -> Vec<String> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(std::fs::read_link(entry.path()).ok()?.display().to_string())).collect()
}
