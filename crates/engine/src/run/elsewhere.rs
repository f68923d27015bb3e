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

/// The modules of the science pack, one a line: the modules in its archive that are not of the standard library. The tests of the
/// real pack (`crates/builtin-python/tests/science/packages.rs`) compare the two.
const SCIENCE: &str = include_str!("science_modules.txt");

/// The sentence about `job`, whose program printed `tail` last, if that failed for lack of a module that is elsewhere.
pub(super) async fn reason(status: Status, tail: &str, job: &Job) -> Option<LocalizedMessage> {
    let module = missing(tail).filter(|_| status == Status::Failed)?;
    let in_pack = job.runtime().offers_science() && SCIENCE.lines().any(|known| known == module);
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
    use super::{SCIENCE, missing};

    #[test]
    fn the_pack_s_modules_are_names_in_order() {
        let modules: Vec<_> = SCIENCE.lines().collect();
        assert!(modules.is_sorted() && modules.len() > 50, "{modules:?}");
        let is_name = |module: &&str| module.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        assert!(modules.iter().all(|module| !module.is_empty() && is_name(module)));
        assert!(["numpy", "PIL", "sympy", "openpyxl", "yaml"].iter().all(|known| modules.contains(known)));
    }

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
