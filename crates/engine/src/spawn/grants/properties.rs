//! Arbitrary reports on disks with links: they grant only their own parts, and nothing of the user's or the service's.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{apart, refusal};
use crate::sys::Grants;

/// The folders of a machine, below a folder of the test.
const FOLDERS: [&str; 9] = [
    "home/me/.ssh",
    "home/me/data/runs",
    "home/me/project/.venv/bin",
    "home/me/project/.venv/lib",
    "home/me/project/out",
    "home/me/venv/lib",
    "home/other",
    "opt/python/lib",
    "srv/out",
];
const HOME: &str = "home/me";
const DATA: &str = "home/me/data";
/// Names of links.
const LINKS: [&str; 3] = ["current", "lib64", "way"];

/// A path on the disk: a folder, perhaps a link in it, and perhaps more.
fn path() -> impl Strategy<Value = String> {
    let folder = select(FOLDERS.to_vec()).prop_flat_map(|folder| {
        let ends: Vec<usize> = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]).collect();
        select(ends).prop_map(move |end| folder[..end].to_owned())
    });
    let link = prop_oneof![Just(""), select(LINKS.to_vec())];
    let rest = prop_oneof![4 => Just(""), 1 => select(vec!["/..", "/.", "/lib", "/../me", "/way", "//", "/data/.."])];
    (folder, link, rest).prop_map(|(folder, link, rest)| match link {
        "" => format!("{folder}{rest}"),
        link => format!("{folder}/{link}{rest}"),
    })
}

/// Links in the folders of the machine: the folder, the name and the target.
fn links() -> impl Strategy<Value = Vec<(Index, &'static str, String)>> {
    vec((any::<Index>(), select(LINKS.to_vec()), path()), 0..8)
}

fn disk(links: &[(Index, &str, String)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let base = folder.path().canonicalize().expect("it is there");
    FOLDERS.iter().for_each(|name| fs::create_dir_all(base.join(name)).expect("a folder"));
    for (folder, name, target) in links {
        // A second link of the name is not made.
        let _ = symlink(base.join(target), base.join(folder.get(&FOLDERS)).join(name));
    }
    (folder, base)
}

proptest! {
    #[test]
    fn whatever_is_reported_and_linked_opens_nothing_else(links in links(), trees in vec(path(), 0..6)) {
        let (_folder, base) = disk(&links);
        let trees: Vec<PathBuf> = trees.iter().map(|name| base.join(name)).chain(["/".into()]).collect();
        let (home, data) = (base.join(HOME), base.join(DATA));
        let granted = apart(&trees, Some(&home), &[data.clone(), base.join("nowhere")]);
        for path in &granted {
            let real = path.canonicalize().expect("a granted path exists");
            prop_assert!(trees.contains(path) && real.parent().is_some(), "{path:?} leads to {real:?}");
            prop_assert!(!home.starts_with(&real) && !real.starts_with(&data) && !data.starts_with(&real), "{path:?} leads to {real:?}");
        }
        let open = trees.iter().filter(|path| path.canonicalize().is_ok_and(|real| real.starts_with(base.join("opt")) || real.starts_with(base.join("srv"))));
        prop_assert!(open.into_iter().all(|path| granted.contains(path)), "{granted:?}");
    }

    #[test]
    fn a_grant_that_is_given_changes_no_interpreter(links in links(), kept in vec(path(), 0..4), write in vec(path(), 0..3)) {
        let (_folder, base) = disk(&links);
        let paths = |names: &[String]| -> Vec<PathBuf> { names.iter().map(|name| base.join(name)).collect() };
        let grants = Grants { kept: paths(&kept), write: paths(&write), ..Grants::default() };
        let hidden = [base.join(DATA)];
        let real = |path: &PathBuf| path.canonicalize().ok();
        let before: Vec<_> = grants.kept.iter().map(real).collect();
        if refusal(&grants, &hidden, false).is_some() {
            return Ok(());
        }
        // Where the sandbox closes no parts of a folder, programs may replace everything in it.
        for folder in grants.write.iter().filter_map(real) {
            for entry in fs::read_dir(folder).expect("a list").map(|entry| entry.expect("an entry").path()) {
                let is_folder = entry.symlink_metadata().expect("it is there").is_dir();
                if is_folder { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) }.expect("removed");
                symlink(base.join("home/other"), &entry).expect("a link");
            }
        }
        let after: Vec<_> = grants.kept.iter().map(real).collect();
        prop_assert_eq!(before, after, "a program leads the service to another interpreter");
        prop_assert!(hidden[0].join("runs").symlink_metadata().is_ok_and(|runs| runs.is_dir()), "a program replaced the service's folder");
    }
}
