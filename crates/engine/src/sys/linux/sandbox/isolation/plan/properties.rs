//! Root folders for arbitrary grants: only the granted paths and their targets are mounted.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Kind, Plan};
use crate::sys::linux::protocol::SandboxSpec;
use crate::sys::linux::sandbox::granted::Granted;

const FOLDERS: [&str; 4] = ["home/secret", "python/lib", "project/out", "data"];
const LINKS: [&str; 3] = ["current", "lib64", "way"];
/// Granted paths; those with a slash in front are on the machine.
const PATHS: [&str; 13] = [
    "home",
    "home/secret",
    "python",
    "python/lib",
    "python/current/lib",
    "python/lib64",
    "project",
    "project/way",
    "data/current",
    "data/missing",
    "/usr/lib",
    "/",
    "",
];
/// Targets of links.
const TARGETS: [&str; 12] = [
    "home/secret",
    "python/lib",
    "python/current",
    "../python/lib",
    "..",
    ".",
    "project/out/..",
    "project/way/../out",
    "data/missing",
    "/usr/lib",
    "/",
    "/proc/self/root",
];

proptest! {
    #[test]
    fn only_what_grants_lead_to_is_mounted(
        links in vec((any::<Index>(), select(LINKS.to_vec()), select(TARGETS.to_vec()), any::<bool>()), 0..6),
        read in vec(select(PATHS.to_vec()), 0..4),
        write in vec(select(PATHS.to_vec()), 0..3),
    ) {
        // Not below /tmp, which a run has of its own.
        let folder = tempfile::tempdir_in(std::env::home_dir().expect("a home")).expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        FOLDERS.iter().for_each(|name| fs::create_dir_all(base.join(name)).expect("a folder"));
        for (folder, name, target, is_relative) in &links {
            let target = if *is_relative { target.into() } else { base.join(target) };
            // A second link of the name is not made.
            let _ = symlink(target, base.join(folder.get(&FOLDERS)).join(name));
        }
        let at = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| base.join(name)).collect() };
        let sandbox = SandboxSpec { read: at(&read), write: at(&write), ..SandboxSpec::default() };
        let (plan, system) = (Plan::of(&Granted::of(&sandbox, &[]), None), Plan::of_system());
        let leads_to = |granted: &[PathBuf], path: &Path| granted.iter().any(|it| it.canonicalize().is_ok_and(|it| it == path));
        let is_above = |path: &Path| sandbox.read.iter().any(|it| it.canonicalize().is_ok_and(|it| it.starts_with(path)));
        for (path, kind) in plan.mounts.iter().filter(|(path, kind)| system.mounts.get(*path) != Some(*kind)) {
            let is_granted = match kind {
                Kind::Read => leads_to(&sandbox.read, path),
                Kind::Write => leads_to(&sandbox.write, path),
                Kind::Pinned => is_above(path),
                Kind::Own | Kind::Temporary => false,
            };
            prop_assert!(is_granted, "{path:?} is {kind:?} for {sandbox:?}");
        }
        for (link, target) in &plan.links {
            prop_assert_eq!(&fs::read_link(link).expect("a link"), target);
        }
        // The run's own files stay, whatever was granted.
        for (path, kind) in system.mounts.iter().filter(|(_, kind)| matches!(kind, Kind::Own | Kind::Temporary)) {
            prop_assert_eq!(plan.mounts.get(path), Some(kind), "{:?}", path);
        }
    }
}
