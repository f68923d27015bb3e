//! The files that the built-in Python has unpacked and compared with their hashes.
//!
//! The built-in Python compares them at every start, which takes about ten milliseconds, unless it gets the mark of an earlier
//! comparison. The mark is kept in memory only: a program that can write to the files could replace a stored mark too.

use std::ffi::OsString;
use std::path::PathBuf;

use serde::Deserialize;

use super::answer::Answer;
use crate::fingerprint::FileState;

/// Makes the built-in Python print the mark of its files first.
pub(super) const IDENTIFY: &str = "--identify";

/// The argument with the mark of the files, for later starts.
const CHECKED: &str = "--checked";

/// The unpacked files, as the built-in Python reported them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unpacked {
    /// The folder that they are in.
    pub folder: PathBuf,
    /// Their mark, which changes with them.
    checked: String,
    #[serde(skip)]
    state: Option<FileState>,
}

impl Unpacked {
    /// The report at the beginning of `answer`, before a program's own output.
    pub(super) fn told(answer: &Answer) -> Option<Self> {
        let told: Self = serde_json::from_str(answer.stdout.lines().next()?).ok()?;
        Some(Self { state: FileState::of(&told.folder), ..told })
    }

    /// Whether the folder is still the same one. Another folder has another mark.
    pub(crate) fn is_current(&self) -> bool {
        FileState::of(&self.folder) == self.state
    }

    /// The arguments of later starts.
    pub(crate) fn args(&self) -> [OsString; 2] {
        [CHECKED.into(), self.checked.clone().into()]
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Answer, Unpacked};

    fn answer(stdout: String) -> Answer {
        Answer { stdout, stderr: String::new() }
    }

    #[test]
    fn only_the_first_line_tells() {
        let told = r#"{"folder": "/cache/1", "checked": "1.2,3.4"}"#;
        let unpacked = Unpacked::told(&answer(format!("{told}\n{{}}\n"))).expect("it tells");
        assert_eq!(unpacked.args(), ["--checked", "1.2,3.4"]);
        for other in [String::new(), format!("{{}}\n{told}"), "hi".to_owned()] {
            assert_eq!(Unpacked::told(&answer(other)), None);
        }
    }

    #[test]
    fn another_folder_in_its_place_is_another_one() {
        let around = tempfile::tempdir().expect("a folder");
        let folder = around.path().join("1");
        fs::create_dir(&folder).expect("a folder");
        let told = serde_json::json!({ "folder": folder, "checked": "1" });
        let unpacked = Unpacked::told(&answer(told.to_string())).expect("it tells");
        assert!(unpacked.is_current());
        fs::rename(&folder, around.path().join("2")).expect("a folder");
        assert!(!unpacked.is_current());
        fs::create_dir(&folder).expect("a folder");
        assert!(!unpacked.is_current());
    }
}
