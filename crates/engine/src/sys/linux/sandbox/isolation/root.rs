//! A root folder of the run's own: an empty file system in memory, in which only the files that the run may use are mounted.
//!
//! Everything else does not exist in it: the home, UNIX sockets in `/run`, other disks, other terminals. The system and the
//! interpreter are mounted read-only.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{chdir, pivot_root};

use super::mounts::{Copied, close};
use super::paths::{DEVICES, FURTHER, SYSTEM};
use crate::sys::linux::protocol::SandboxSpec;
use crate::sys::linux::sandbox::bind_mount::TEMPORARY;

/// As in the kernel.
const MOST_LINKS: usize = 40;
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

    /// Adds a path, and every link on the way to it.
    fn add(&mut self, path: &Path, writable: bool) {
        let mut path = path.to_path_buf();
        for _ in 0..MOST_LINKS {
            let Some((link, target, rest)) = first_link(&path) else {
                if path.exists() {
                    if writable {
                        self.write.insert(path)
                    } else {
                        self.read.insert(path)
                    };
                }
                return;
            };
            let folder = link.parent().unwrap_or(Path::new("/"));
            path = plain(&folder.join(&target)).join(rest);
            self.links.insert((link, target));
        }
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
    /// With `resolver` the run asks that name server instead of the machine's.
    pub(super) fn enter(&self, folder: &Path, resolver: Option<Ipv4Addr>) -> io::Result<()> {
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
        if let Some(resolver) = resolver {
            self.name_resolver(resolver, inside)?;
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

    /// Writes the `resolv.conf` of the run, in the place to which the machine's one leads.
    fn name_resolver(&self, resolver: Ipv4Addr, inside: impl Fn(&Path) -> PathBuf) -> io::Result<()> {
        let text = format!("nameserver {resolver}\n");
        let place = followed(Path::new(RESOLV_CONF));
        // What is below a mounted path is the machine's own: it is covered, never written.
        if place.ancestors().any(|it| self.read.contains(it) || self.write.contains(it)) {
            let file = inside(Path::new(OWN_RESOLV_CONF));
            fs::write(&file, text)?;
            return Copied::of(&file)?.attach(&inside(&place));
        }
        let place = inside(&place);
        fs::create_dir_all(place.parent().unwrap_or(&place))?;
        fs::write(place, text)
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

const RESOLV_CONF: &str = "/etc/resolv.conf";
/// In a folder of the run's root that is not the machine's.
const OWN_RESOLV_CONF: &str = "/run/resolv.conf";
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

/// The first link on the way to `path`: its place, its target, and what follows it.
fn first_link(path: &Path) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let mut place = PathBuf::new();
    let mut components = path.components();
    while let Some(component) = components.next() {
        place.push(component);
        if let Ok(target) = fs::read_link(&place) {
            return Some((place, target, components.as_path().to_path_buf()));
        }
    }
    None
}

/// The place to which `path` leads, with every link on the way followed.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Some((link, target, rest)) = first_link(&path) else { break };
        path = plain(&link.parent().unwrap_or(Path::new("/")).join(target)).join(rest);
    }
    path
}

/// `path` without `.` and `..`. The way to a link's target has no links in it so far, so `..` is the folder above.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::{Plan, followed, plain};
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
        let sandbox = SandboxSpec { read: vec![at("lib"), at("missing")], ..SandboxSpec::default() };
        let plan = Plan::of(&sandbox, &[], Some("/home/me".into()));
        assert!(plan.read.contains(&at("real/lib")), "{plan:?}");
        assert!(plan.links.contains(&(at("current"), "real".into())), "{plan:?}");
        assert!(plan.links.contains(&(at("lib"), at("current/lib"))), "{plan:?}");
        assert!(!plan.read.iter().chain(&plan.write).any(|path| path.ends_with("missing")), "{plan:?}");
        assert!(plan.empty.contains(&PathBuf::from("/home/me")), "{plan:?}");
    }

    #[test]
    fn what_a_mounted_folder_contains_is_not_mounted_again() {
        let sandbox = SandboxSpec { read: vec!["/usr/lib".into()], write: vec!["/usr/share".into()], network: None };
        let plan = Plan::of(&sandbox, &[], None);
        assert!(plan.read.contains(Path::new("/usr")) && !plan.read.contains(Path::new("/usr/lib")), "{plan:?}");
        assert!(plan.write.contains(Path::new("/usr/share")), "{plan:?}");
    }

    #[test]
    fn links_are_followed_to_a_place_that_need_not_exist() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = fs::canonicalize(folder.path()).expect("its path");
        let at = |name: &str| folder.join(name);
        fs::create_dir(at("etc")).expect("a folder");
        symlink("../run/resolve/stub.conf", at("etc/resolv.conf")).expect("a link");
        symlink(at("etc/resolv.conf"), at("again")).expect("a link");
        symlink("loop", at("loop")).expect("a link");
        for (path, expected) in [
            ("again", "run/resolve/stub.conf"),
            ("etc/resolv.conf", "run/resolve/stub.conf"),
            ("etc/hosts", "etc/hosts"),
            ("loop", "loop"),
        ] {
            assert_eq!(followed(&at(path)), at(expected), "{path}");
        }
    }

    #[test]
    fn paths_are_made_plain() {
        for (path, expected) in [("/a/b/../c", "/a/c"), ("/a/./b", "/a/b"), ("/../a", "/a"), ("/a/b/../../..", "/")] {
            assert_eq!(plain(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
