//! Says which own Python has a module that a program in the built-in one did not find.

use crate::job::Job;
use crate::outcome::Status;
use crate::text::excerpt::excerpt;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The lines to look at, from the end: notes follow the exception.
const LINES: usize = 8;

/// How CPython says that there is no such module.
const MISSING: &str = "ModuleNotFoundError: No module named '";

/// The sentence about `job`, whose program printed `tail` last, if that failed for want of a module that an own Python has.
pub(super) async fn reason(status: Status, tail: &str, job: &Job) -> Option<LocalizedMessage> {
    let module = missing(tail).filter(|_| status == Status::Failed)?;
    let (python, path) = job.runtime().own_python_with(module).await?;
    let sentence = sentences::OUTCOME_ELSEWHERE.with("module", module).with("python", python);
    Some(sentence.with("path", excerpt(&path.display().to_string()).into_owned()))
}

/// The module that was not found. One inside a package is the package's own matter.
fn missing(tail: &str) -> Option<&str> {
    let named = tail.lines().rev().take(LINES).find_map(|line| line.strip_prefix(MISSING)?.strip_suffix('\''))?;
    (!named.contains('.')).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn the_last_exception_names_the_module() {
        let note = "numpy is not available in the built-in Python; choose your own Python in Settings";
        assert_eq!(missing(&format!("Traceback\n{MISSING}numpy'\n{note}\n", MISSING = super::MISSING)), Some("numpy"));
        assert_eq!(missing("ModuleNotFoundError: No module named 'numpy'"), Some("numpy"));
        for other in [
            "",
            "ImportError: No module named 'numpy'",
            "ModuleNotFoundError: No module named 'json.inside'",
            "ModuleNotFoundError: No module named numpy",
        ] {
            assert_eq!(missing(other), None, "{other}");
        }
        assert_eq!(missing(&format!("{}numpy'\n{}", super::MISSING, "x\n".repeat(9))), None);
    }
}
