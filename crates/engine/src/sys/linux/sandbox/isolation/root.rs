//! A root folder of the run's own: an empty file system in memory, in which only the files that the run may use are mounted.
//!
//! Everything else does not exist in it: the home, UNIX sockets in `/run`, other disks, other terminals. The system and the
//! interpreter are mounted read-only. Its `/proc` shows no process that the program could not trace: `/proc` would show everyone
//! the machine's network and mounts, in which the supervisor and the gateway are.

use std::fs::{self, File};
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{chdir, pivot_root};

use super::mounts::{Copied, close};
use super::plan::{Kind, Plan};
use crate::sys::Writable;
use crate::sys::linux::sandbox::bind_mount::{TEMPORARY, hold};
use crate::sys::linux::sandbox::granted::Granted;
use crate::sys::linux::sandbox::resolve::{open_below, resolve};
use crate::sys::linux::sandbox::terminals::{self, CONSOLE};

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
const RESOLV_CONF: &str = "/etc/resolv.conf";
const OWN_RESOLV_CONF: &str = "/run/resolv.conf";
const PROC: &str = "/proc";
const PROC_OPTIONS: &str = "hidepid=ptraceable";

/// Makes `plan` the root of this process, in a mount namespace of its own, and goes to `folder` in it.
/// With `resolver` the run asks that name server instead of the machine's.
pub(super) fn enter(plan: &Plan, granted: &Granted, folder: &Path, resolver: Option<Ipv4Addr>) -> io::Result<()> {
    // Copies are taken before the namespace changes: open files belong to the old one.
    let mounts = plan.mounts.iter().filter(|(path, _)| path.as_path() != Path::new(PROC));
    let mounts: Vec<_> =
        mounts.map(|(path, kind)| Ok((path, copied(path, *kind, granted)?))).collect::<io::Result<_>>()?;
    let terminal = fs::read_link("/proc/self/fd/0").ok().filter(|path| path.starts_with("/dev/pts"));
    let terminal = terminal.and_then(|path| Copied::of(&path).ok());
    unshare(CloneFlags::CLONE_NEWNS)?;
    let place = TEMPORARY.iter().map(Path::new).find(|path| path.is_dir()).ok_or(io::ErrorKind::NotFound)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("root"), place, Some("tmpfs"), flags, Some(OPTIONS))?;
    let root = Root { place, held: hold(place)? };
    // Written while nothing of the machine is mounted in the new root.
    let resolv_conf = resolver.map(|server| root.write_resolv_conf(server)).transpose()?;
    root.mount_proc()?;
    for (path, copied) in &mounts {
        // The mounted folder around a path contains it.
        if plan.has_room(path) {
            root.make_place(path, copied.is_folder()?)?;
        }
        copied.attach(&open_below(&root.held, path)?)?;
    }
    resolv_conf.map_or(Ok(()), |own| root.cover_resolv_conf(plan, &own))?;
    root.make_rest(plan)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    // Without it the run has no pseudo-terminals at all, which is as safe.
    let _ = mount(Some("devpts"), &root.inside("/dev/pts"), Some("devpts"), flags, Some(terminals::OPTIONS));
    root.make_place(Path::new(CONSOLE), false)?;
    if let Some(terminal) = terminal {
        terminal.attach(&open_below(&root.held, Path::new(CONSOLE))?)?;
    }
    close(&root.held, 0)?;
    chdir(place)?;
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    Ok(chdir(folder)?)
}

/// The copy of a mount that belongs at `path`.
fn copied(path: &Path, kind: Kind, granted: &Granted) -> io::Result<Copied> {
    let grant = granted.paths.get(path).filter(|_| !matches!(kind, Kind::Own | Kind::Temporary));
    let copied = grant.map_or_else(|| Copied::of(path), |grant| Copied::of_open(&grant.held))?;
    if kind == Kind::Read {
        copied.close()?;
    }
    Ok(copied)
}

/// The new root, while it is made.
struct Root<'a> {
    place: &'a Path,
    held: File,
}

impl Root<'_> {
    /// The path by which this process reaches `path` of the new root.
    fn inside(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.place.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Makes a folder or an empty file to mount something at.
    fn make_place(&self, path: &Path, is_folder: bool) -> io::Result<()> {
        let place = self.inside(path);
        if is_folder {
            return fs::create_dir_all(place);
        }
        fs::create_dir_all(place.parent().unwrap_or(&place))?;
        File::options().write(true).create(true).truncate(false).open(place).map(drop)
    }

    /// Mounts a `/proc` of the run's own. The supervisor keeps another one, which shows it every process.
    fn mount_proc(&self) -> io::Result<()> {
        self.make_place(Path::new(PROC), true)?;
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC | MsFlags::MS_RDONLY;
        Ok(mount(Some("proc"), &self.inside(PROC), Some("proc"), flags, Some(PROC_OPTIONS))?)
    }

    /// Makes a `resolv.conf` of the run's own that names `server`.
    fn write_resolv_conf(&self, server: Ipv4Addr) -> io::Result<Copied> {
        self.make_place(Path::new(OWN_RESOLV_CONF), false)?;
        let file = self.inside(OWN_RESOLV_CONF);
        fs::write(&file, format!("nameserver {server}\n"))?;
        Copied::of(&file)
    }

    /// Mounts the run's `own` file where the machine's `resolv.conf` is, if it has one.
    fn cover_resolv_conf(&self, plan: &Plan, own: &Copied) -> io::Result<()> {
        let Ok(machine) = resolve(Path::new(RESOLV_CONF), Writable::default()) else { return Ok(()) };
        if plan.has_room(&machine.place) {
            self.make_place(&machine.place, false)?;
        }
        own.attach(&open_below(&self.held, &machine.place)?)
    }

    /// Makes the empty folders and the links.
    fn make_rest(&self, plan: &Plan) -> io::Result<()> {
        plan.empty.iter().try_for_each(|folder| self.make_place(folder, true))?;
        let devices = DEVICE_LINKS.iter().map(|(name, target)| (Path::new("/dev").join(name), PathBuf::from(target)));
        for (link, target) in plan.links.iter().cloned().chain(devices) {
            let place = self.inside(&link);
            fs::create_dir_all(place.parent().unwrap_or(&place))?;
            match symlink(&target, &place) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
