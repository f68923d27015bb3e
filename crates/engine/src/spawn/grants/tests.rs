//! Trees and folders with links, in folders that programs may write to and in others.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::of;
use crate::isolation::Policy;
use crate::outcome::Isolation;
use crate::sys::Grants;

/// The folders of a machine, below a folder of the test.
const FOLDERS: [&str; 10] = [
    "home/me/.ssh",
    "home/me/data/runs",
    "home/me/project/.venv/lib",
    "home/me/project/out",
    "home/me/venv/bin",
    "home/me/venv/lib",
    "home/other",
    "opt/python/lib",
    "srv/in",
    "srv/out",
];
const HOME: &str = "home/me";
const DATA: &str = "home/me/data";
const SECRET: &str = "home/me/.ssh";
/// Names of links.
const LINKS: [&str; 3] = ["current", "lib64", "way"];

/// A machine with a home, some interpreters and some projects.
struct Disk {
    _folder: tempfile::TempDir,
    base: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        FOLDERS.iter().for_each(|name| fs::create_dir_all(base.join(name)).expect("a folder"));
        Self { _folder: folder, base }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    fn link(&self, place: &str, target: &str) {
        symlink(self.at(target), self.at(place)).expect("a link");
    }

    fn granted(&self, trees: &[PathBuf], read: &[PathBuf], write: &[PathBuf]) -> Grants {
        let policy = Policy { level: Isolation::Sandbox, read: read.to_vec(), write: write.to_vec() };
        of(trees, &policy, Some(&self.at(HOME)), &[self.at(DATA), self.at("nowhere")])
    }

    /// Checks which of `trees` are granted to a program that may write to `write`.
    fn check(&self, trees: &[&str], write: &[&str], expected: &[&str]) {
        let paths = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| self.at(name)).collect() };
        assert_eq!(self.granted(&paths(trees), &[], &paths(write)).read, paths(expected), "{trees:?} {write:?}");
    }

    /// What a program that may write to `folder` can do to those after it: everything in it leads to a secret.
    fn poison(&self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a list").map(|entry| entry.expect("an entry").path()) {
            let is_folder = entry.symlink_metadata().expect("it is there").is_dir();
            if is_folder { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) }.expect("removed");
            symlink(self.at(SECRET), &entry).expect("a link");
        }
    }
}

#[test]
fn a_tree_that_leads_to_the_home_or_to_the_service_is_not_granted() {
    let disk = Disk::new();
    disk.link("opt/python/home", HOME);
    disk.link("opt/python/above", "home");
    disk.link("opt/python/data", DATA);
    disk.link("opt/python/runs", "home/me/data/runs");
    disk.link("opt/python/twice", "opt/python/home/data");
    disk.link("opt/python/lib64", "opt/python/lib");
    let links = ["home", "above", "data", "runs", "twice", "lib64", "lib", "missing"];
    let trees = links.map(|name| format!("opt/python/{name}"));
    disk.check(&trees.each_ref().map(String::as_str), &[], &["opt/python/lib64", "opt/python/lib"]);
    disk.check(&["home/me", "home", "", "home/me/venv/..", "home/me/venv/lib"], &[], &["home/me/venv/lib"]);
    let root = disk.granted(&["/".into(), "lib".into(), "".into()], &[], &[]);
    assert!(root.read.is_empty(), "{:?}", root.read);
}

#[test]
fn a_link_that_a_program_could_have_made_leads_nowhere() {
    let disk = Disk::new();
    disk.link("home/me/project/current", SECRET);
    disk.link("opt/python/project", "home/me/project/current");
    disk.link("opt/python/venv", "home/me/venv/lib");
    let trees = ["home/me/project/.venv/lib", "home/me/project/current", "opt/python/project", "opt/python/venv"];
    disk.check(&trees, &["home/me/project"], &["opt/python/venv"]);
    disk.check(
        &trees,
        &["home/me/project/.venv"],
        &["home/me/project/current", "opt/python/project", "opt/python/venv"],
    );
    disk.check(&trees, &["opt/python"], &trees[..2]);
    disk.check(&trees, &[], &trees);
}

#[test]
fn a_folder_in_another_one_is_granted_with_it() {
    let disk = Disk::new();
    disk.link("home/me/project/way", SECRET);
    disk.link("srv/project", "home/me/project");
    let granted = |read: &[&str], write: &[&str]| {
        let paths = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| disk.at(name)).collect() };
        let Grants { read, write } = disk.granted(&[], &paths(read), &paths(write));
        let names = |paths: Vec<PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.strip_prefix(&disk.base).expect("below").display().to_string()).collect()
        };
        (names(read), names(write))
    };
    let none = Vec::<String>::new;
    assert_eq!(granted(&["srv/in"], &["srv/out"]), (vec!["srv/in".into()], vec!["srv/out".into()]));
    assert_eq!(granted(&["home/me/project/out"], &["home/me/project"]), (none(), vec!["home/me/project".into()]));
    for inner in ["home/me/project/out", "home/me/project/way", "srv/project/way", "srv/project"] {
        for write in [["home/me/project", inner], [inner, "home/me/project"]] {
            let (_, write) = granted(&[], &write);
            assert!(matches!(&*write, [one] if one == "home/me/project" || one == "srv/project"), "{inner}: {write:?}");
        }
    }
    // The home is the user's to grant, and the service's folders are hidden in it.
    assert_eq!(granted(&["home/me"], &[]), (vec!["home/me".into()], none()));
}

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

proptest! {
    #[test]
    fn whatever_is_reported_and_linked_opens_nothing_else(
        links in vec((any::<Index>(), select(LINKS.to_vec()), path()), 0..8),
        trees in vec(path(), 0..6),
        read in vec(path(), 0..3),
        write in vec(path(), 0..3),
    ) {
        let disk = Disk::new();
        for (folder, name, target) in &links {
            // A second link of the name is not made.
            let _ = symlink(disk.at(target), disk.at(FOLDERS[folder.index(FOLDERS.len())]).join(name));
        }
        let paths = |names: &[String]| -> Vec<PathBuf> { names.iter().map(|name| disk.at(name)).collect() };
        let (trees, read, write) = (paths(&trees), paths(&read), paths(&write));
        let granted = disk.granted(&trees, &read, &write);
        let target = |path: &PathBuf| path.canonicalize().ok();
        for path in &granted.read {
            let real = target(path).expect("a granted path exists");
            let is_open = !disk.at(HOME).starts_with(&real) && !real.starts_with(disk.at(DATA));
            prop_assert!(read.contains(path) || (trees.contains(path) && is_open), "{path:?} leads to {real:?}");
        }
        prop_assert!(granted.write.iter().all(|path| write.contains(path)));
        let before: Vec<_> = granted.read.iter().chain(&granted.write).map(target).collect();
        let folders: Vec<PathBuf> = granted.write.iter().filter_map(target).collect();
        folders.iter().for_each(|folder| disk.poison(folder));
        let after: Vec<_> = granted.read.iter().chain(&granted.write).map(target).collect();
        prop_assert_eq!(before, after, "a program leads others elsewhere");
    }
}
