//! A root folder of the run's own: an empty file system in memory, in which only the files that the run may use are mounted.
//!
//! Everything else does not exist in it: the home, UNIX sockets in `/run`, other disks, other terminals. The system and the
//! interpreter are mounted read-only.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{chdir, pivot_root};

use super::mounts::{Copied, close};
use super::paths::{DEVICES, FURTHER, SYSTEM};
use crate::sys::Way;
use crate::sys::linux::protocol::SandboxSpec;
use crate::sys::linux::sandbox::bind_mount::TEMPORARY;

/// The root's own size: it holds folders and links only.
const OPTIONS: &str = "size=1m,nr_inodes=4096,mode=0755";
/// Links in `/dev`.
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];

/// The contents of the root folder.
#[derive(Debug, Default, Clone)]
pub(super) struct Plan {
    /// Mounted read-only.
    read: BTreeSet<PathBuf>,
    /// Mounted as they are.
    write: BTreeSet<PathBuf>,
    /// Links on the way to a mounted path, with their targets.
    links: BTreeSet<(PathBuf, PathBuf)>,
    /// Empty folders.
    empty: BTreeSet<PathBuf>,
}

impl Plan {
    /// For a run with the folders `own`, which must lie in folders for temporary files. `home` is there, but empty.
    pub(super) fn of(sandbox: &SandboxSpec, own: &[PathBuf], home: Option<PathBuf>) -> Self {
        let mut plan = Self::of_system().clone();
        sandbox.read.iter().for_each(|path| plan.add(path, false));
        sandbox.write.iter().chain(own).for_each(|path| plan.add(path, true));
        plan.empty.extend(home.filter(|home| home.is_absolute()));
        plan.tidy();
        plan
    }

    /// The contents of every run's root, found once by the launcher.
    pub(super) fn of_system() -> &'static Self {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| {
            let mut plan = Self::default();
            for path in SYSTEM.iter().chain(&FURTHER).map(Path::new).chain([Path::new("/etc")]) {
                plan.add(path, false);
            }
            for path in TEMPORARY.iter().chain(&["/proc", "/dev/shm", "/dev/mqueue"]).map(Path::new) {
                plan.add(path, true);
            }
            DEVICES.iter().for_each(|name| plan.add(&Path::new("/dev").join(name), true));
            plan.empty.extend(["/dev/pts", "/sys", "/run"].map(PathBuf::from));
            plan
        })
    }

    /// Adds what a path leads to, and every link on the way to it.
    fn add(&mut self, path: &Path, writable: bool) {
        let Some(way) = Way::to(path) else { return };
        let places = if writable { &mut self.write } else { &mut self.read };
        places.insert(way.target);
        let links = way.links.into_iter();
        self.links.extend(links.filter_map(|link| fs::read_link(&link).ok().map(|target| (link, target))));
    }

    /// Removes what another mounted folder contains already: recursive mounts bring it along.
    fn tidy(&mut self) {
        let inside = |path: &Path, folders: &BTreeSet<PathBuf>| path.ancestors().skip(1).any(|it| folders.contains(it));
        let (read, write) = (self.read.clone(), self.write.clone());
        self.read.retain(|path| !inside(path, &read) && !inside(path, &write) && !write.contains(path));
        self.write.retain(|path| !inside(path, &write));
        let mounted = |path: &Path| path.ancestors().any(|it| read.contains(it) || write.contains(it));
        self.links.retain(|(link, _)| !mounted(link));
        self.empty.retain(|path| !mounted(path));
    }

    /// Makes it the root of this process, in a mount namespace of its own, and goes to `folder` in it.
    pub(super) fn enter(&self, folder: &Path) -> io::Result<()> {
        unshare(CloneFlags::CLONE_NEWNS)?;
        let read = copied(&self.read)?;
        let write = copied(&self.write)?;
        let terminal = fs::read_link("/proc/self/fd/0").ok().filter(|path| path.starts_with("/dev/pts"));
        let terminal = terminal.and_then(|path| Copied::of(&path).ok());
        let root = TEMPORARY.iter().map(Path::new).find(|path| path.is_dir()).ok_or(io::ErrorKind::NotFound)?;
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(Some("root"), root, Some("tmpfs"), flags, Some(OPTIONS))?;
        let inside = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        self.make_places(&read, &write, inside)?;
        for (path, copied) in &read {
            copied.attach(&inside(path))?;
        }
        close(root)?;
        for (path, copied) in &write {
            copied.attach(&inside(path))?;
        }
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        // Without it the run has no pseudo-terminals of its own, and sees nobody else's.
        let _ = mount(Some("devpts"), &inside(Path::new("/dev/pts")), Some("devpts"), flags, Some(DEVPTS));
        if let Some(terminal) = terminal {
            terminal.attach(&inside(Path::new(CONSOLE)))?;
        }
        chdir(root)?;
        pivot_root(".", ".")?;
        umount2(".", MntFlags::MNT_DETACH)?;
        Ok(chdir(folder)?)
    }

    /// Makes the places for the mounts, the links and the empty folders.
    fn make_places(
        &self,
        read: &[(PathBuf, Copied)],
        write: &[(PathBuf, Copied)],
        inside: impl Fn(&Path) -> PathBuf,
    ) -> io::Result<()> {
        for folder in &self.empty {
            fs::create_dir_all(inside(folder))?;
        }
        for (path, copied) in read.iter().chain(write) {
            // The place is in a folder that will be mounted.
            if path.ancestors().skip(1).any(|it| self.read.contains(it)) {
                continue;
            }
            make_place(&inside(path), copied.is_folder()?)?;
        }
        make_place(&inside(Path::new(CONSOLE)), false)?;
        let devices = DEVICE_LINKS.iter().map(|(name, target)| (Path::new("/dev").join(name), PathBuf::from(target)));
        for (link, target) in self.links.iter().cloned().chain(devices) {
            let place = inside(&link);
            fs::create_dir_all(place.parent().unwrap_or(&place))?;
            match symlink(&target, &place) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

const CONSOLE: &str = "/dev/console";
const DEVPTS: &str = "newinstance,ptmxmode=0666,mode=0620";

fn copied(paths: &BTreeSet<PathBuf>) -> io::Result<Vec<(PathBuf, Copied)>> {
    paths.iter().map(|path| Ok((path.clone(), Copied::of(path)?))).collect()
}

fn make_place(place: &Path, is_folder: bool) -> io::Result<()> {
    if is_folder {
        return fs::create_dir_all(place);
    }
    fs::create_dir_all(place.parent().unwrap_or(place))?;
    File::options().write(true).create(true).truncate(false).open(place).map(drop)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::Plan;
    use crate::sys::linux::protocol::SandboxSpec;

    #[test]
    fn links_on_the_way_to_a_granted_path_are_there_too() {
        // Not below /tmp, which a run has of its own; this clone may be there.
        let home = std::env::home_dir().expect("a home");
        let folder = tempfile::tempdir_in(home).expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("real/lib")).expect("folders");
        symlink("real", at("current")).expect("a link");
        symlink(at("current/lib"), at("lib")).expect("a link");
        let sandbox = SandboxSpec { read: vec![at("lib"), at("missing")], write: Vec::new() };
        let plan = Plan::of(&sandbox, &[], Some("/home/me".into()));
        assert!(plan.read.contains(&at("real/lib")), "{plan:?}");
        assert!(plan.links.contains(&(at("current"), "real".into())), "{plan:?}");
        assert!(plan.links.contains(&(at("lib"), at("current/lib"))), "{plan:?}");
        assert!(!plan.read.iter().chain(&plan.write).any(|path| path.ends_with("missing")), "{plan:?}");
        assert!(plan.empty.contains(&PathBuf::from("/home/me")), "{plan:?}");
    }

    #[test]
    fn what_a_mounted_folder_contains_is_not_mounted_again() {
        let sandbox = SandboxSpec { read: vec!["/usr/lib".into()], write: vec!["/usr/share".into()] };
        let plan = Plan::of(&sandbox, &[], None);
        assert!(plan.read.contains(Path::new("/usr")) && !plan.read.contains(Path::new("/usr/lib")), "{plan:?}");
        assert!(plan.write.contains(Path::new("/usr/share")), "{plan:?}");
    }
}
