//! The folders that programs in the sandbox may write to, and the files that they could therefore have put there.
//!
//! Interpreters are probed with the user's rights. One in such a folder may have been planted by a program, so it is left alone
//! unless the user chose it: then no program can change it (`Languages::code`).

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// More links than this on the way to a file are a circle.
const MOST_LINKS: usize = 40;

/// The folders; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct WritableFolders(Arc<RwLock<Vec<PathBuf>>>);

impl WritableFolders {
    /// Replaces the folders.
    pub(super) fn set(&self, folders: &[PathBuf]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = folders.to_vec();
    }

    /// The folders.
    pub(super) fn list(&self) -> Vec<PathBuf> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The folder in which programs could have put `program`, a link on the way to it, or its virtual environment's interpreter.
    pub(super) fn that_exposes(&self, program: &Path) -> Option<PathBuf> {
        let folders = self.list();
        if folders.is_empty() {
            return None;
        }
        let base = base_of(program);
        let places = [Some(program), base.as_deref()];
        places.into_iter().flatten().find_map(|place| folders.iter().find(|folder| leads_into(place, folder)).cloned())
    }
}

/// The folder with the program that the virtual environment of `program` starts, by its `pyvenv.cfg`.
pub(super) fn base_of(program: &Path) -> Option<PathBuf> {
    let mut folders = program.ancestors().skip(1).take(2);
    let settings = folders.find_map(|folder| std::fs::read_to_string(folder.join("pyvenv.cfg")).ok())?;
    let mut pairs = settings.lines().filter_map(|line| line.split_once('='));
    pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case("home")).map(|(_, home)| home.trim().into())
}

/// Whether `path`, or a link on the way to its target, is in `folder`.
fn leads_into(path: &Path, folder: &Path) -> bool {
    let real = folder.canonicalize();
    let is_in = |place: &Path| place.starts_with(folder) || real.as_ref().is_ok_and(|real| place.starts_with(real));
    path.canonicalize().is_ok_and(|place| is_in(&place)) || passes(path, is_in)
}

/// Whether `is_in` holds for a step of the way to `path`, links followed one by one. A circle of links leads nowhere.
fn passes(path: &Path, is_in: impl Fn(&Path) -> bool) -> bool {
    let mut rest: VecDeque<OsString> = parts(path).collect();
    let (mut here, mut links) = (PathBuf::new(), 0);
    while let Some(part) = rest.pop_front() {
        if part == ".." {
            here.pop();
            continue;
        }
        here.push(part);
        if is_in(&here) {
            return true;
        }
        let Ok(target) = fs::read_link(&here) else { continue };
        links += 1;
        if links > MOST_LINKS {
            return false;
        }
        here.pop();
        // An absolute target replaces the path so far.
        parts(&target).collect::<Vec<_>>().into_iter().rev().for_each(|part| rest.push_front(part));
    }
    false
}

fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::WritableFolders;

    #[test]
    fn what_programs_may_have_put_somewhere_is_known_by_every_step_of_its_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        let at = |name: &str| base.join(name);
        for name in ["proj/.venv/bin", "proj-2/bin", "opt/bin", "envs/mine/bin", "envs/other/bin"] {
            fs::create_dir_all(at(name)).expect("folders");
        }
        for (link, target) in [
            ("opt/out", "../proj/.venv"),
            ("proj/in", "../opt"),
            ("opt/through", "../proj/in"),
            ("proj/circle", "circle"),
            ("opt/beside", "../proj-2"),
            ("door", "proj"),
        ] {
            symlink(target, at(link)).expect("a link");
        }
        fs::write(at("envs/mine/pyvenv.cfg"), format!("home = {}\n", at("proj/.venv/bin").display())).expect("a file");
        fs::write(at("envs/other/pyvenv.cfg"), format!("home = {}\n", at("opt/bin").display())).expect("a file");
        let writable = WritableFolders::default();
        assert_eq!(writable.that_exposes(&at("proj/.venv/bin/python")), None, "nothing is granted");
        for granted in ["proj", "door"] {
            writable.set(&[at("nowhere"), at(granted)]);
            for (program, expected) in [
                ("proj/.venv/bin/python", true),
                ("proj/missing/python", true),
                ("opt/out/bin/python", true),
                ("proj/in/bin/python", true),
                ("opt/through/bin/python", true),
                ("proj/circle/python", true),
                ("envs/mine/bin/python", true),
                ("envs/other/bin/python", false),
                ("opt/bin/python", false),
                ("opt/beside/bin/python", false),
                ("proj-2/bin/python", false),
            ] {
                assert_eq!(writable.that_exposes(&at(program)), expected.then(|| at(granted)), "{granted}: {program}");
            }
        }
    }
}
