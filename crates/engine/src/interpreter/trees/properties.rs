//! Arbitrary reports: a report grants only its own parts, and never a home.

use std::fs;
use std::path::{Component, Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{CODE, DATA, Homes, Report, granted, parts_of, read};
use crate::interpreter::answer::Answer;

/// Parts of reported paths. `HOME` stands for the home.
const NAMES: [&str; 16] = [
    "HOME",
    "/",
    "..",
    ".",
    "",
    "home",
    "me",
    ".local",
    "venv",
    "bin",
    "lib",
    "share",
    ".ssh",
    "//",
    "~",
    "site-packages",
];
const FOLDERS: [&str; 5] = ["venv/bin", "venv/lib", ".local/lib/site-packages", ".ssh", "share"];

/// A reported path, and whether it is below the home.
fn path() -> impl Strategy<Value = String> {
    let name = prop_oneof![8 => select(NAMES.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    vec(name, 0..5).prop_map(|names| names.join("/"))
}

fn paths() -> impl Strategy<Value = Vec<String>> {
    vec(path(), 0..4)
}

proptest! {
    #[test]
    fn a_report_grants_its_own_parts_and_no_home(prefixes in paths(), libraries in paths(), programs in paths()) {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().canonicalize().expect("it is there").join("home/me");
        FOLDERS.iter().for_each(|name| fs::create_dir_all(home.join(name)).expect("a folder"));
        let at = |paths: &[String]| -> Vec<PathBuf> {
            paths.iter().map(|path| path.replace("HOME", &home.display().to_string()).into()).collect()
        };
        let (prefixes, libraries, programs) = (at(&prefixes), at(&libraries), at(&programs));
        let listed = |path: &Path| {
            libraries.iter().chain(&programs).any(|one| one == path)
                || prefixes.iter().any(|prefix| parts_of(prefix).iter().any(|part| part == path))
        };
        let [one, two, three] = [&prefixes, &libraries, &programs].map(Clone::clone);
        let report = Report { prefixes: one, libraries: two, programs: three, ..Report::default() };
        let trees = granted(&Homes::of(Some(&home)), report, parts_of);
        prop_assert!(trees.code.iter().all(|path| trees.readable.contains(path)), "{trees:?}");
        for path in trees.readable {
            prop_assert!(listed(&path), "{path:?} was not reported");
            prop_assert!(path.is_absolute() && path.parent().is_some() && !home.starts_with(&path), "{path:?}");
            prop_assert!(!path.components().any(|part| part == Component::ParentDir), "{path:?}");
            let is_shared = CODE.iter().chain(&DATA).any(|part| path == home.join(part));
            prop_assert!(!is_shared || libraries.contains(&path) || programs.contains(&path), "{path:?} of the home");
        }
    }

    #[test]
    fn any_answer_is_a_report_or_none(stdout in prop_oneof![any::<String>(), "[\\[\\]{}\":,a-z\n]{0,40}"], lists in paths()) {
        let written = |stdout: String| Answer { stdout, stderr: String::new() };
        let _ = read(&written(stdout.clone()));
        let report = serde_json::json!({ "prefixes": lists, "libraries": [], "programs": lists });
        // A start-up file of the interpreter may print before it.
        let report = read(&written(format!("{}\n{report}\n", stdout.replace(['{', '}'], "")))).expect("the report");
        prop_assert_eq!(report.programs, lists.iter().map(PathBuf::from).collect::<Vec<_>>());
    }
}
