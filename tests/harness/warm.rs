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
        let program = format!("/work/main.{}", super::program::extension(language));
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
