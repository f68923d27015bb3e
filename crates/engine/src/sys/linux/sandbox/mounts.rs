//! The mount namespace of a run: private folders, and hidden ones.
//!
//! The run's folders are mounted at short paths. The working folder is at `/var/tmp/<run>`, where no user's folder is above it
//! whose `package.json` or `tsconfig.json` an interpreter would read. `/tmp` and `/var/tmp` are private to the run; they lie in
//! the run's folder on disk, count towards its size and are deleted with it. The service's folders, which contain the folders of
//! other runs, are covered by empty ones, and pseudo-terminals are the run's own.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};

use super::bind_mount::{TEMPORARY, bind, hold};
use super::granted::Granted;
use super::mode::Mode;
use super::terminals::OwnTerminal;
use super::visible_paths::VisiblePaths;
use crate::sys::linux::protocol::RunSpec;

/// The subfolder of the run's folder that is mounted at `/var/tmp`.
const FIRST: &str = "var";
/// Everyone may write, and only the owner of a file may delete it.
const SHARED: u32 = 0o1777;
const PRIVATE: u32 = 0o700;
const PATH: &str = "PATH";

/// Fails without a folder for temporary files, as the run's folders could not be mounted anywhere.
pub(crate) fn check() -> io::Result<()> {
    if temporary().is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(()) }
}

/// Sets up the mounts for `spec` in this process's namespace, and returns `spec` with the new paths, and the granted paths.
/// `input` is the program's standard input, perhaps its terminal. The current folder and open files must not lead outside: a
/// program could follow the supervisor's.
pub(crate) fn enter(spec: RunSpec, mode: Mode, input: &impl AsFd) -> io::Result<(RunSpec, Granted)> {
    std::env::set_current_dir("/")?;
    if mode == Mode::Subreaper {
        let granted = Granted::open(&spec);
        return Ok((RunSpec { args: [&*spec.args_in_sight, &spec.args].concat(), ..spec }, granted));
    }
    let folders = temporary();
    let (Some(first), Some(last)) = (folders.first(), folders.last()) else { return Err(ErrorKind::NotFound.into()) };
    let name = spec.root.file_name().ok_or(ErrorKind::InvalidInput)?;
    let (place, commands) = (first.join(name), first.join(beside(name)));
    // Everything that is mounted later must be opened before its path is covered.
    let parts = Parts::of(&spec, first == last)?;
    cover(&spec.hidden)?;
    // The sandbox gets a root folder of its own later, and builds it from the machine's folders.
    if spec.sandbox.is_none() {
        cover(&OwnTerminal::of(input).replace_all())?;
    }
    let granted = Granted::open(&spec);
    let visible = VisiblePaths::of(&spec, &folders);
    if first != last {
        bind(&parts.first, first)?;
    }
    bind(&parts.temporary, last)?;
    bind(&parts.folder, &place)?;
    if let Some(held) = &parts.commands {
        bind(held, &commands)?;
    }
    // Last, because the entries are shown inside the private folders that were just mounted.
    visible.show()?;
    Ok((moved(spec, &place, last, &commands), granted))
}

/// The existing folders for temporary files, each once.
fn temporary() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = TEMPORARY.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    found.retain(|path| path.is_dir());
    found.dedup();
    found
}

/// The parts of a run's folder that are mounted elsewhere, opened.
struct Parts {
    folder: File,
    temporary: File,
    /// The run's shims, on its PATH.
    commands: Option<File>,
    /// The folder in which `folder` and `commands` are mounted.
    first: File,
}

impl Parts {
    /// Creates missing folders. `one` means that the machine has one folder for temporary files.
    fn of(spec: &RunSpec, one: bool) -> io::Result<Self> {
        fs::set_permissions(&spec.temporary, Permissions::from_mode(SHARED))?;
        let first = if one { spec.temporary.clone() } else { make(spec.root.join(FIRST), SHARED)? };
        let name = spec.root.file_name().unwrap_or_default();
        make(first.join(name), PRIVATE)?;
        let commands = commands(spec);
        if commands.is_some() {
            make(first.join(beside(name)), PRIVATE)?;
        }
        Ok(Self {
            folder: hold(&spec.folder)?,
            temporary: hold(&spec.temporary)?,
            commands: commands.as_deref().map(hold).transpose()?,
            first: hold(&first)?,
        })
    }
}

/// The name under which the shims are mounted, beside the folder `name`.
fn beside(name: &OsStr) -> OsString {
    [OsStr::new("."), name].into_iter().collect()
}

/// The folder on PATH that belongs to the run.
fn commands(spec: &RunSpec) -> Option<PathBuf> {
    on_path(spec, |folder| folder.parent() == Some(&spec.root))
}

/// The run's shims, where [`enter`] has put them: beside the run's folder, or where they were.
pub(super) fn commands_in_place(spec: &RunSpec) -> Option<PathBuf> {
    let name = spec.root.file_name()?;
    on_path(spec, |folder| folder.parent() == Some(&spec.root) || folder.file_name() == Some(&beside(name)))
}

fn on_path(spec: &RunSpec, is_own: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let (_, path) = spec.env.iter().find(|(name, _)| name == PATH)?;
    std::env::split_paths(path).find(|folder| is_own(folder) && folder.is_dir())
}

fn make(folder: PathBuf, mode: u32) -> io::Result<PathBuf> {
    DirBuilder::new().mode(PRIVATE).create(&folder)?;
    fs::set_permissions(&folder, Permissions::from_mode(mode))?;
    Ok(folder)
}

/// Mounts an empty folder over each existing one of `folders`. A file in place of one has nothing to hide.
fn cover(folders: &[PathBuf]) -> io::Result<()> {
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let mut empty: Option<&PathBuf> = None;
    for folder in folders {
        // The first cover is a new file system; the others are bind mounts of it, which is faster.
        let covered = match empty {
            None => mount(Some("hidden"), folder, Some("tmpfs"), flags, Some("size=4k,nr_inodes=1,mode=0555")),
            Some(empty) => mount(Some(empty), folder, None::<&str>, MsFlags::MS_BIND, None::<&str>),
        };
        match covered {
            Err(nix::Error::ENOENT | nix::Error::ENOTDIR) => {}
            covered => empty = covered.map(|()| empty.or(Some(folder)))?,
        }
    }
    Ok(())
}

/// `spec` with its paths inside the mount namespace.
fn moved(spec: RunSpec, folder: &Path, temporary: &Path, commands: &Path) -> RunSpec {
    let inside = |name: &OsStr, value: OsString| -> OsString {
        if name == PATH {
            let own = |path: PathBuf| if path.parent() == Some(&spec.root) { commands.to_path_buf() } else { path };
            std::env::join_paths(std::env::split_paths(&value).map(own)).unwrap_or(value)
        } else if value == spec.folder {
            folder.into()
        } else if value == spec.temporary {
            temporary.into()
        } else {
            value
        }
    };
    // Only whole values are replaced: a path within a longer text is the program's own.
    let variable = |(name, value): (OsString, OsString)| {
        let value = inside(&name, value);
        (name, value)
    };
    let env = spec.env.into_iter().map(variable).collect();
    RunSpec { env, folder: folder.to_path_buf(), temporary: temporary.to_path_buf(), ..spec }
}
