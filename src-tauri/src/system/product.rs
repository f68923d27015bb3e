//! Files that are installed beside this program, or where packages for Linux put them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The places of the notices of licences, relative to this program's folder.
const NOTICES: [&str; 4] = [
    "THIRD-PARTY-NOTICES.txt",
    "../share/doc/runtray/THIRD-PARTY-NOTICES.txt.gz",
    "../share/doc/runtray/THIRD-PARTY-NOTICES.txt",
    "../Resources/THIRD-PARTY-NOTICES.txt",
];

/// The places of the built-in Python's description.
const PYTHONS: [&str; 3] =
    ["builtin-python/about.json", "../lib/runtray/builtin-python/about.json", "../Resources/builtin-python/about.json"];

/// The commit that this program was built from, if the packages' build told it.
pub(crate) const COMMIT: Option<&str> = option_env!("RUNTRAY_COMMIT");

/// The notices of all licences.
pub(crate) fn notices() -> Option<PathBuf> {
    find(&folder()?, &NOTICES)
}

/// The version of the built-in Python.
pub(crate) fn built_in_python() -> Option<String> {
    version(&folder()?)
}

fn version(folder: &Path) -> Option<String> {
    let about = fs::read(find(folder, &PYTHONS)?).ok()?;
    let about: serde_json::Value = serde_json::from_slice(&about).ok()?;
    about["python"].as_str().map(str::to_owned)
}

fn find(folder: &Path, places: &[&str]) -> Option<PathBuf> {
    places.iter().map(|place| folder.join(place)).find(|path| path.is_file())
}

fn folder() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{NOTICES, find, version};

    #[test]
    fn files_are_found_beside_the_program_and_in_a_package() {
        for (program, notices, python) in [
            ("", "THIRD-PARTY-NOTICES.txt", "builtin-python"),
            ("bin", "share/doc/runtray/THIRD-PARTY-NOTICES.txt.gz", "lib/runtray/builtin-python"),
            ("bin", "share/doc/runtray/THIRD-PARTY-NOTICES.txt", "lib/runtray/builtin-python"),
            ("MacOS", "Resources/THIRD-PARTY-NOTICES.txt", "Resources/builtin-python"),
        ] {
            let root = tempfile::tempdir().expect("a folder");
            let folder = root.path().join(program);
            std::fs::create_dir_all(&folder).expect("a folder");
            assert_eq!((find(&folder, &NOTICES), version(&folder)), (None, None));
            let (notices, python) = (root.path().join(notices), root.path().join(python));
            std::fs::create_dir_all(notices.parent().expect("a folder")).expect("a folder");
            std::fs::create_dir_all(&python).expect("a folder");
            std::fs::write(&notices, "MIT").expect("a file");
            std::fs::write(python.join("about.json"), r#"{"python": "3.14.0"}"#).expect("a file");
            assert!(find(&folder, &NOTICES).is_some());
            assert_eq!(version(&folder).as_deref(), Some("3.14.0"));
        }
    }
}
