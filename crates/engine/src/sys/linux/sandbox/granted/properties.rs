//! Arbitrary grants, with links that programs may have made in them: nothing else is opened.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Access, Granted};
use crate::sys::linux::protocol::SandboxSpec;

const FOLDERS: [&str; 6] =
    ["home/secret", "home/data/runs", "python/lib", "project/venv/bin", "project/venv/lib", "project/out"];
const SECRET: &str = "home/secret";
const LINKS: [&str; 3] = ["current", "lib64", "way"];

/// A path on the disk: a folder, or a link in it. Neither reports nor settings have paths with `..`.
fn place() -> impl Strategy<Value = String> {
    let folder = select(FOLDERS.to_vec()).prop_flat_map(|folder| {
        let ends: Vec<usize> = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]).collect();
        select(ends).prop_map(move |end| folder[..end].to_owned())
    });
    let end = prop_oneof![3 => Just(""), 3 => select(vec!["/current", "/lib64", "/way"]), 1 => select(vec!["/way/lib", "/current/way"])];
    (folder, end).prop_map(|(folder, end)| folder + end)
}

fn places() -> impl Strategy<Value = Vec<String>> {
    vec(place(), 0..4)
}

/// Acts as a program that may write to `folder` and wants to mislead later runs: replaces everything that it can change by links
/// to a secret.
fn poison(folder: &Path, secret: &Path, granted: &Granted) {
    for entry in fs::read_dir(folder).expect("a list").map(|entry| entry.expect("an entry").path()) {
        let grant = granted.paths.get(&entry).map(|grant| grant.access);
        match grant {
            Some(Access::Read | Access::Kept) => {}
            Some(Access::Write | Access::Pinned) if entry.is_dir() => poison(&entry, secret, granted),
            _ => {
                let is_folder = entry.symlink_metadata().expect("it is there").is_dir();
                if is_folder { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) }.expect("removed");
                symlink(secret, &entry).expect("a link");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_program_leads_those_after_it_elsewhere(
        links in vec((any::<Index>(), select(LINKS.to_vec()), place()), 0..6),
        paths in [places(), places(), places(), places()],
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        FOLDERS.iter().for_each(|name| fs::create_dir_all(base.join(name)).expect("a folder"));
        for (folder, name, target) in &links {
            // A second link of the name is not made.
            let _ = symlink(base.join(target), base.join(folder.get(&FOLDERS)).join(name));
        }
        let [interpreter, kept, read, write] = paths.map(|names| names.iter().map(|name| base.join(name)).collect::<Vec<_>>());
        let spec = SandboxSpec { interpreter, kept, read, write, network: None };
        let hidden = [base.join("home/data")];
        let before = Granted::of(&spec, &hidden);
        let lists = [&spec.read, &spec.interpreter, &spec.kept, &spec.write];
        let [read, interpreter, kept, write] = lists.map(|paths| paths.iter().filter_map(|path| path.canonicalize().ok()).collect::<Vec<_>>());
        for (place, grant) in &before.paths {
            let is_in_write = write.iter().any(|folder| place.starts_with(folder));
            let is_right = match grant.access {
                Access::Read => read.contains(place) || interpreter.contains(place),
                Access::Kept => (kept.contains(place) || interpreter.contains(place)) && is_in_write,
                Access::Write => write.contains(place),
                Access::Pinned => is_in_write,
            };
            prop_assert!(is_right, "{place:?} is {:?} for {spec:?}", grant.access);
        }
        let folders: Vec<PathBuf> = before.with(Access::Write).cloned().collect();
        folders.iter().filter(|folder| folder.is_dir() && folder.symlink_metadata().is_ok()).for_each(|folder| poison(folder, &base.join(SECRET), &before));
        for place in Granted::of(&spec, &hidden).paths.keys() {
            let is_known = before.paths.contains_key(place) || folders.iter().any(|folder| place.starts_with(folder));
            prop_assert!(is_known, "a program opened {place:?} for {spec:?}");
        }
    }
}
