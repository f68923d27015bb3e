//! The contents of a run's root folder: its mounts, and the links and empty folders around them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use super::paths::{DEVICES, FURTHER, SYSTEM};
use crate::sys::Writable;
use crate::sys::linux::sandbox::bind_mount::TEMPORARY;
use crate::sys::linux::sandbox::granted::{Access, Granted};
use crate::sys::linux::sandbox::resolve::resolve;

/// How a path of the root folder is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Read-only.
    Read,
    /// As it is.
    Write,
    /// As it is, so that it cannot be renamed in the folder around it, which is mounted as well.
    Pinned,
    /// As it is: a device or a file system of the run's own.
    Own,
    /// As it is: a folder for temporary files of the run's own. Places for mounts can be made in it.
    Temporary,
}

/// The contents of the root folder.
#[derive(Debug, Default, Clone)]
pub(super) struct Plan {
    /// By their paths without links, so that a folder comes before the mounts in it.
    pub(super) mounts: BTreeMap<PathBuf, Kind>,
    /// Links on the way to a mounted path, with their targets.
    pub(super) links: BTreeSet<(PathBuf, PathBuf)>,
    /// Empty folders.
    pub(super) empty: BTreeSet<PathBuf>,
}

impl Plan {
    /// For a run that was `granted` paths. `home` is there, but empty.
    pub(super) fn of(granted: &Granted, home: Option<&Path>) -> Self {
        let mut plan = Self::of_system().clone();
        for (place, grant) in &granted.paths {
            let kind = match grant.access {
                Access::Pinned => Kind::Pinned,
                Access::Read | Access::Kept => Kind::Read,
                Access::Write => Kind::Write,
            };
            // The run's own files are never replaced by the machine's.
            let known = plan.mounts.entry(place.clone()).or_insert(kind);
            if !matches!(known, Kind::Own | Kind::Temporary) {
                *known = kind;
            }
        }
        plan.links.extend(granted.links.iter().cloned());
        plan.empty.extend(home.filter(|home| is_plain(home)).map(Path::to_path_buf));
        plan.tidy();
        plan
    }

    /// The contents of every run's root, found once by the launcher.
    pub(super) fn of_system() -> &'static Self {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| {
            let mut plan = Self::default();
            SYSTEM.iter().chain(&FURTHER).chain(&["/etc"]).for_each(|path| plan.add(Path::new(path), Kind::Read));
            TEMPORARY.iter().for_each(|path| plan.add(Path::new(path), Kind::Temporary));
            ["/proc", "/dev/shm", "/dev/mqueue"].iter().for_each(|path| plan.add(Path::new(path), Kind::Own));
            DEVICES.iter().for_each(|name| plan.add(&Path::new("/dev").join(name), Kind::Own));
            plan.empty.extend(["/dev/pts", "/sys", "/run"].map(PathBuf::from));
            plan
        })
    }

    /// Adds a path of the system, if it exists, and every link on the way to it.
    fn add(&mut self, path: &Path, kind: Kind) {
        if let Ok(found) = resolve(path, Writable::default()) {
            self.mounts.insert(found.place, kind);
            self.links.extend(found.links);
        }
    }

    /// The nearest mounted folder around `path`.
    pub(super) fn around(&self, path: &Path) -> Option<Kind> {
        path.ancestors().skip(1).find_map(|folder| self.mounts.get(folder)).copied()
    }

    /// Whether something can be made at `path`: it is in the root itself, or in a folder for temporary files.
    pub(super) fn has_room(&self, path: &Path) -> bool {
        matches!(self.around(path), None | Some(Kind::Temporary))
    }

    /// Removes entries that a mounted folder around them contains already: recursive mounts include them.
    fn tidy(&mut self) {
        for (path, kind) in std::mem::take(&mut self.mounts) {
            // The folders around it were added before.
            let is_there = match (self.around(&path), kind) {
                (around, Kind::Pinned) => around.is_none(),
                (Some(Kind::Read), Kind::Read) | (Some(Kind::Write | Kind::Pinned), Kind::Write) => true,
                _ => false,
            };
            if !is_there {
                self.mounts.insert(path, kind);
            }
        }
        let (mut links, mut empty) = (std::mem::take(&mut self.links), std::mem::take(&mut self.empty));
        links.retain(|(link, _)| self.has_room(link));
        let is_behind_link = |path: &Path| links.iter().any(|(link, _)| path.starts_with(link));
        empty.retain(|path| self.has_room(path) && !self.mounts.contains_key(path) && !is_behind_link(path));
        (self.links, self.empty) = (links, empty);
    }
}

/// Whether a path is absolute and has no `..`. A request may choose the variable that it comes from.
fn is_plain(path: &Path) -> bool {
    path.is_absolute() && path.components().skip(1).all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::{Kind, Plan};
    use crate::sys::linux::protocol::SandboxSpec;
    use crate::sys::linux::sandbox::granted::Granted;

    /// A folder that is not below `/tmp`, which a run has of its own.
    fn folder() -> tempfile::TempDir {
        tempfile::tempdir_in(std::env::home_dir().expect("a home")).expect("a folder")
    }

    fn plan(read: &[PathBuf], write: &[PathBuf], home: &str) -> Plan {
        let sandbox = SandboxSpec { read: read.to_vec(), write: write.to_vec(), ..SandboxSpec::default() };
        Plan::of(&Granted::of(&sandbox, &[]), Some(Path::new(home)))
    }

    #[test]
    fn links_on_the_way_to_a_granted_path_are_there_too() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("real/lib")).expect("folders");
        symlink("real", at("current")).expect("a link");
        symlink(at("current/lib"), at("lib")).expect("a link");
        let plan = plan(&[at("lib"), at("missing")], &[], "/home/me");
        assert_eq!(plan.mounts.get(&at("real/lib")), Some(&Kind::Read), "{plan:?}");
        assert!(plan.links.contains(&(at("current"), "real".into())), "{plan:?}");
        assert!(plan.links.contains(&(at("lib"), at("current/lib"))), "{plan:?}");
        assert!(!plan.mounts.keys().any(|path| path.ends_with("missing")), "{plan:?}");
        assert!(plan.empty.contains(Path::new("/home/me")), "{plan:?}");
    }

    #[test]
    fn the_most_specific_grant_of_a_path_holds() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("w/deep/r/deeper/w/r/r")).expect("folders");
        let plan = plan(
            &[at("w/deep/r"), at("w/deep/r/deeper/w/r/r"), at("w/deep/r/deeper/w/r"), "/usr/lib".into()],
            &[at("w"), at("w/deep/r/deeper/w"), at("w/deep"), "/usr/share".into()],
            "/usr/x",
        );
        for (path, kind) in [
            ("w", Some(Kind::Write)),
            ("w/deep", Some(Kind::Pinned)),
            ("w/deep/r", Some(Kind::Read)),
            ("w/deep/r/deeper", None),
            ("w/deep/r/deeper/w", Some(Kind::Write)),
            ("w/deep/r/deeper/w/r", Some(Kind::Read)),
            ("w/deep/r/deeper/w/r/r", None),
        ] {
            assert_eq!(plan.mounts.get(&at(path)).copied(), kind, "{path}: {plan:?}");
        }
        assert_eq!(plan.mounts.get(Path::new("/usr")), Some(&Kind::Read));
        assert_eq!(plan.mounts.get(Path::new("/usr/lib")), None);
        assert_eq!(plan.mounts.get(Path::new("/usr/share")), Some(&Kind::Write));
        assert!(!plan.empty.contains(Path::new("/usr/x")), "{plan:?}");
    }

    #[test]
    fn the_machine_s_folders_for_temporary_files_cannot_be_granted_as_a_whole() {
        let folder = tempfile::tempdir_in("/tmp").expect("a folder");
        for access in [[true, false], [false, true]] {
            let grants = ["/tmp", "/var", "/proc", "/dev/shm"].map(PathBuf::from);
            let [read, write] = access.map(|is| if is { &grants[..] } else { &[] });
            let plan = plan(read, write, "/tmp/home");
            assert_eq!(plan.mounts.get(Path::new("/tmp")), Some(&Kind::Temporary), "{plan:?}");
            assert_eq!(plan.mounts.get(Path::new("/var/tmp")), Some(&Kind::Temporary), "{plan:?}");
            assert_eq!(plan.mounts.get(Path::new("/proc")), Some(&Kind::Own), "{plan:?}");
            assert!(plan.empty.contains(Path::new("/tmp/home")), "{plan:?}");
        }
        let granted = plan(&[folder.path().into()], &[], "/home/me");
        assert_eq!(granted.mounts.get(folder.path()), Some(&Kind::Read), "{granted:?}");
        let granted = plan(&[], &[folder.path().into()], "/home/me");
        assert_eq!(granted.mounts.get(folder.path()), Some(&Kind::Write), "{granted:?}");
    }

    #[test]
    fn a_home_leads_nowhere_else() {
        for home in ["/../../etc/x", "/home/../../x", "home/me", "", "/bin/x", "/dev/null/x", "/proc/x"] {
            let plan = plan(&[], &[], home);
            let usual = ["/dev/pts", "/sys", "/run"].map(PathBuf::from);
            assert!(plan.empty.iter().all(|path| usual.contains(path)), "{home}: {plan:?}");
        }
    }
}
