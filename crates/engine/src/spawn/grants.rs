//! The grants of a run, and the reasons to refuse some.

use std::fs;
use std::path::{Path, PathBuf};

use crate::isolation::Policy;
use crate::language::Runtime;
use crate::sys::{Grants, own_program};
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The grants of `policy` to a program of `runtime`. `home` is the user's, `hidden` are the service's folders.
pub(super) fn of(policy: &Policy, runtime: &Runtime, home: Option<&Path>, hidden: &[PathBuf]) -> Grants {
    let mut kept = Vec::new();
    if !policy.write.is_empty() {
        kept = [&*runtime.code, &policy.interpreters].concat();
        // This program starts itself again, for example as the launcher, and others that lie beside it.
        kept.extend(own_program().and_then(Path::parent).map(Path::to_path_buf));
    }
    Grants {
        interpreter: apart(&runtime.trees, home, hidden),
        kept,
        read: policy.read.clone(),
        write: policy.write.clone(),
        network: policy.network.clone(),
    }
}

/// The existing ones of an interpreter's `trees`, without those that lead to the home or a folder above it, or to, into or above
/// the service's folders. The interpreter reported the trees itself, so their links are resolved first.
fn apart(trees: &[PathBuf], home: Option<&Path>, hidden: &[PathBuf]) -> Vec<PathBuf> {
    let (home, hidden) = (home.and_then(|home| home.canonicalize().ok()), existing(hidden));
    let is_closed = |real: &Path| {
        real.parent().is_none()
            || home.as_ref().is_some_and(|home| home.starts_with(real))
            || hidden.iter().any(|hidden| overlaps(hidden, real))
    };
    let is_open = |tree: &&PathBuf| tree.is_absolute() && tree.canonicalize().is_ok_and(|real| !is_closed(&real));
    trees.iter().filter(is_open).cloned().collect()
}

/// Why `grants` are refused: programs could change an interpreter that the service starts. Or, unless the sandbox `closes_parts`
/// of a granted folder, programs could reach a part that must stay closed. `hidden` are the service's folders.
pub(super) fn refusal(grants: &Grants, hidden: &[PathBuf], closes_parts: bool) -> Option<LocalizedMessage> {
    if grants.write.is_empty() && (closes_parts || grants.read.is_empty()) {
        return None;
    }
    let [write, read, kept, hidden] = [&*grants.write, &grants.read, &grants.kept, hidden].map(existing);
    let exposed = write.iter().find_map(|folder| Some((folder, exposed_by(folder, &grants.kept, &kept)?)));
    if let Some((folder, code)) = exposed {
        return Some(sentences::GRANT_CODE.with("folder", folder.display()).with("code", code.display()));
    }
    if closes_parts {
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
    // In a prefix (it has `bin`), only the listed parts belong to the interpreter.
    let is_prefix = |path: &Path| kept.contains(&path.join("bin"));
    let contains = |code: &&PathBuf| folder == **code || (is_in(folder, code) && !is_prefix(code));
    let leads_elsewhere = |path: &&PathBuf| has_open_link(path, folder, kept) || may_appear(path, folder, kept);
    kept.iter().find(contains).or_else(|| named.iter().find(leads_elsewhere))
}

/// Whether a link on the way to `path` can be replaced.
fn has_open_link(path: &Path, folder: &Path, kept: &[PathBuf]) -> bool {
    path.ancestors().filter(|place| fs::symlink_metadata(place).is_ok_and(|place| place.is_symlink())).any(|link| {
        let parent = link.parent().and_then(|parent| parent.canonicalize().ok());
        parent.is_some_and(|parent| is_open(&parent, folder, kept))
    })
}

/// Whether `path`, as the folder of the user's packages, is missing and can be made: nothing can be mounted there.
fn may_appear(path: &Path, folder: &Path, kept: &[PathBuf]) -> bool {
    let around = path.ancestors().find_map(|place| place.canonicalize().ok());
    !path.exists() && around.is_some_and(|around| is_open(&around, folder, kept))
}

/// Whether `place` is in `folder`, and in no folder that is kept read-only there.
fn is_open(place: &Path, folder: &Path, kept: &[PathBuf]) -> bool {
    place.starts_with(folder) && !kept.iter().any(|kept| is_in(kept, folder) && place.starts_with(kept))
}

#[cfg(all(test, unix))]
mod properties;

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::{apart, refusal};
    use crate::sys::Grants;

    #[test]
    fn a_tree_that_leads_to_the_home_or_to_the_service_is_not_granted() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        let at = |name: &str| base.join(name);
        for name in ["home/me/venv/lib", "home/me/data/runs", "opt/python/lib"] {
            fs::create_dir_all(at(name)).expect("folders");
        }
        for (link, target) in [
            ("home", "home/me"),
            ("above", "home"),
            ("data", "home/me/data"),
            ("runs", "home/me/data/runs"),
            ("twice", "opt/python/home/data"),
            ("lib64", "opt/python/lib"),
        ] {
            symlink(at(target), at("opt/python").join(link)).expect("a link");
        }
        let names = ["home", "above", "data", "runs", "twice", "lib64", "lib", "missing"];
        let mut trees: Vec<_> = names.iter().map(|name| at("opt/python").join(name)).collect();
        trees.extend(["home/me", "home", "", "home/me/venv/..", "home/me/venv/lib"].map(at));
        trees.extend(["/", "lib", ""].map(PathBuf::from));
        let granted = apart(&trees, Some(&at("home/me")), &[at("home/me/data"), at("nowhere")]);
        assert_eq!(granted, ["opt/python/lib64", "opt/python/lib", "home/me/venv/lib"].map(at));
    }

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
        // Read, write, kept; whether it is refused where the sandbox closes parts of a folder, and elsewhere.
        for (read, write, kept, rooted, other) in [
            (&[][..], &["proj"][..], &venv[..], false, true),
            (&[], &["link"], &venv, false, true),
            (&[], &["proj/data"], &venv, false, false),
            (&[], &["proj/venv"], &venv, true, true),
            (&[], &["proj/venv/lib/site"], &venv, true, true),
            (&[], &["proj/venv/lib"], &venv, true, true),
            (&[], &["proj/venv/data"], &venv, false, false),
            (&[], &["proj"], &linked, true, true),
            (&[], &["proj"], &["proj/lib/packages"], true, true),
            (&[], &["proj"], &["proj/venv/bin", "proj/venv/bin/missing"], false, true),
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
            for (closes_parts, expected) in [(true, rooted), (false, other)] {
                let refused = refusal(&grants, &list(&["runtray/data"]), closes_parts);
                assert_eq!(refused.is_some(), expected, "{read:?} {write:?} {kept:?} {closes_parts}: {refused:?}");
            }
        }
    }
}

#[cfg(all(test, windows))]
mod tests_on_windows {
    use std::fs;

    use super::refusal;
    use crate::sys::Grants;

    #[test]
    fn a_grant_that_access_lists_cannot_narrow_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["proj/venv/Scripts", "proj/data", "runtray/data"] {
            fs::create_dir_all(at(name)).expect("folders");
        }
        let hidden = [at("runtray/data")];
        for (read, write, expected) in [
            (None, "proj", true),
            (None, "proj/venv", true),
            (None, "proj/venv/Scripts", true),
            (None, "proj/data", false),
            (Some("proj/data"), "proj", true),
            (None, "runtray", true),
        ] {
            let (kept, read) = (vec![at("proj/venv")], read.map(at).into_iter().collect());
            let grants = Grants { interpreter: Vec::new(), kept, read, write: vec![at(write)], network: None };
            let refused = refusal(&grants, &hidden, false);
            assert_eq!(refused.is_some(), expected, "{write} {refused:?}");
        }
    }
}
