//! Says where a module is that a program in the built-in Python did not find: in an own Python, or in the science pack.

use crate::job::Job;
use crate::outcome::Status;
use crate::text::excerpt::excerpt;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The lines to look at, from the end: notes follow the exception.
const LINES: usize = 8;

/// How CPython says that there is no such module.
const MISSING: &str = "ModuleNotFoundError: No module named '";

/// Modules of the science pack that no package of pure Python has.
const SCIENCE: &[&str] = &[
    "PIL",
    "contourpy",
    "formulaic",
    "kiwisolver",
    "lxml",
    "matplotlib",
    "mpl_toolkits",
    "numpy",
    "pandas",
    "patsy",
    "pylab",
    "regex",
    "scipy",
    "seaborn",
    "sklearn",
    "statsmodels",
];

/// The sentence about `job`, whose program printed `tail` last, if that failed for want of a module that is elsewhere.
pub(super) async fn reason(status: Status, tail: &str, job: &Job) -> Option<LocalizedMessage> {
    let module = missing(tail).filter(|_| status == Status::Failed)?;
    let in_pack = job.runtime().offers_science() && SCIENCE.contains(&module);
    let sentence = match (in_pack, job.runtime().own_python_with(module).await) {
        (false, None) => return None,
        (true, None) => sentences::OUTCOME_SCIENCE.with("module", module),
        (in_pack, Some((python, path))) => {
            let sentence = if in_pack { sentences::OUTCOME_SCIENCE_OR } else { sentences::OUTCOME_ELSEWHERE };
            let path = excerpt(&path.display().to_string()).into_owned();
            sentence.with("module", module).with("python", python).with("path", path)
        }
    };
    Some(sentence)
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
