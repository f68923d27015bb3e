//! The grants of a run, and those that a machine cannot give.

use std::fs;
use std::path::{Path, PathBuf};

use crate::isolation::Policy;
use crate::language::Runtime;
use crate::sys::Grants;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The grants of `policy` to a program of `runtime`.
pub(super) fn of(policy: &Policy, runtime: &Runtime) -> Grants {
    let mut kept = Vec::new();
    if !policy.write.is_empty() {
        kept = [&*runtime.code, &policy.interpreters].concat();
        // This program starts itself again, for example as the launcher.
        kept.extend(std::env::current_exe());
    }
    Grants {
        interpreter: runtime.trees.clone(),
        kept,
        read: policy.read.clone(),
        write: policy.write.clone(),
        network: policy.network.clone(),
    }
}

/// Why `grants` are not given: programs could change an interpreter that the service starts, or, on a machine on which runs have
/// no root folder of their own, reach something closed in a granted folder. `hidden` are the service's folders.
pub(super) fn refusal(grants: &Grants, hidden: &[PathBuf], has_own_root: bool) -> Option<LocalizedMessage> {
    if grants.write.is_empty() && (has_own_root || grants.read.is_empty()) {
        return None;
    }
    let [write, read, kept, hidden] = [&*grants.write, &grants.read, &grants.kept, hidden].map(existing);
    let exposed = write.iter().find_map(|folder| Some((folder, exposed_by(folder, &grants.kept, &kept)?)));
    if let Some((folder, code)) = exposed {
        return Some(sentences::GRANT_CODE.with("folder", folder.display()).with("code", code.display()));
    }
    if has_own_root {
        return None;
    }
    let closed = write.iter().find_map(|folder| Some((folder, kept.iter().chain(&read).find(|it| is_in(it, folder))?)));
    let mut granted = read.iter().chain(&write);
    let opened = granted.find_map(|folder| Some((folder, hidden.iter().find(|it| overlaps(it, folder))?)));
    let (folder, inner) = closed.or(opened)?;
    Some(sentences::GRANT_OPEN.with("folder", folder.display()).with("inner", inner.display()))
}

/// The existing ones of `paths`, without links.
fn existing(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().filter_map(|path| path.canonicalize().ok()).collect()
}

fn is_in(path: &Path, folder: &Path) -> bool {
    path != folder && path.starts_with(folder)
}

fn overlaps(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// The interpreter's path that programs could change although it is mounted read-only, if they may write to `folder`. `named`
/// are the paths of interpreters, and `kept` the same without links.
fn exposed_by<'a>(folder: &Path, named: &'a [PathBuf], kept: &'a [PathBuf]) -> Option<&'a PathBuf> {
    // Of a prefix, which is told by its `bin`, only the parts are the interpreter's.
    let is_prefix = |path: &Path| kept.contains(&path.join("bin"));
    let contains = |code: &&PathBuf| folder == **code || (is_in(folder, code) && !is_prefix(code));
    kept.iter().find(contains).or_else(|| named.iter().find(|path| has_open_link(path, folder, kept)))
}

/// Whether a link on the way to `path` is in `folder`, and in no folder that is kept read-only there.
fn has_open_link(path: &Path, folder: &Path, kept: &[PathBuf]) -> bool {
    path.ancestors().filter(|place| fs::symlink_metadata(place).is_ok_and(|place| place.is_symlink())).any(|link| {
        let parent = link.parent().and_then(|parent| parent.canonicalize().ok());
        parent.is_some_and(|parent| {
            parent.starts_with(folder) && !kept.iter().any(|kept| is_in(kept, folder) && parent.starts_with(kept))
        })
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::refusal;
    use crate::sys::Grants;

    #[test]
    fn a_grant_that_would_open_more_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        let at = |name: &str| base.join(name);
        for name in ["proj/venv/bin", "proj/venv/lib/site", "proj/venv/data", "proj/data", "runtray/data"] {
            fs::create_dir_all(at(name)).expect("folders");
        }
        symlink("venv", at("proj/current")).expect("a link");
        symlink(at("proj"), at("link")).expect("a link");
        symlink("/usr/bin/python3", at("proj/venv/bin/python")).expect("a link");
        let list = |names: &[&str]| names.iter().map(|name| at(name)).collect::<Vec<PathBuf>>();
        let venv = ["proj/venv", "proj/venv/bin", "proj/venv/lib", "proj/venv/bin/python", "proj/venv/lib/site"];
        let linked = ["proj/current", "proj/current/bin", "proj/current/bin/python"];
        // Read, write, kept; whether it is refused with and without a root folder of the run's own.
        for (read, write, kept, rooted, other) in [
            (&[][..], &["proj"][..], &venv[..], false, true),
            (&[], &["link"], &venv, false, true),
            (&[], &["proj/data"], &venv, false, false),
            (&[], &["proj/venv"], &venv, true, true),
            (&[], &["proj/venv/lib/site"], &venv, true, true),
            (&[], &["proj/venv/lib"], &venv, true, true),
            (&[], &["proj/venv/data"], &venv, false, false),
            (&[], &["proj"], &linked, true, true),
            (&["proj/data"], &["proj"], &[], false, true),
            (&["proj"], &["proj/data"], &[], false, false),
            (&["runtray"], &[], &[], false, true),
            (&["runtray/data"], &[], &[], false, true),
            (&[], &["runtray"], &[], false, true),
            (&["missing"], &["missing"], &[], false, false),
            (&[], &[], &venv, false, false),
        ] {
            let grants = Grants {
                interpreter: Vec::new(),
                kept: list(kept),
                read: list(read),
                write: list(write),
                network: None,
            };
            for (has_own_root, expected) in [(true, rooted), (false, other)] {
                let refused = refusal(&grants, &list(&["runtray/data"]), has_own_root);
                assert_eq!(refused.is_some(), expected, "{read:?} {write:?} {kept:?} {has_own_root}: {refused:?}");
            }
        }
    }
}
