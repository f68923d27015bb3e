//! What of the machine's files a run has for itself, and what it does not see.
//!
//! In the run's mount namespace its own folders lie at short paths: the program's folder at `/var/tmp/<run>`, with no folder of the
//! user's above it, whose `package.json` or `tsconfig.json` an interpreter would read; and a `/tmp` and a `/var/tmp` of its own,
//! which lie on disk in the run's folder, count with it and are deleted with it. The folders of the service, and in them those of
//! the other runs, are covered.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};

use super::bind_mount::{TEMPORARY, bind, hold};
use super::mode::Mode;
use super::visible_paths::VisiblePaths;
use crate::sys::linux::protocol::RunSpec;

/// The part of the run's folder that holds its `/var/tmp`.
const FIRST: &str = "var";
/// Everybody may write there, and only the owner of a file may delete it.
const SHARED: u32 = 0o1777;
const PRIVATE: u32 = 0o700;
const PATH: &str = "PATH";

/// Fails where there is no folder for temporary files: then a run's own folders have no place.
pub(crate) fn check() -> io::Result<()> {
    if temporary().is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(()) }
}

/// Puts this process, and what it starts, behind the walls of the run of `spec`, and changes the paths in `spec` to those inside.
/// Afterwards nothing of this process leads past them: a program could follow its supervisor's current folder and open files.
pub(crate) fn enter(spec: RunSpec, mode: Mode) -> io::Result<RunSpec> {
    std::env::set_current_dir("/")?;
    if mode == Mode::Subreaper {
        return Ok(RunSpec { args: [&*spec.args_in_sight, &spec.args].concat(), ..spec });
    }
    let places = temporary();
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Err(ErrorKind::NotFound.into()) };
    let name = spec.root.file_name().ok_or(ErrorKind::InvalidInput)?;
    let (place, commands) = (first.join(name), first.join(beside(name)));
    // All that is shown again later is held before it is covered.
    let parts = Parts::of(&spec, first == last)?;
    cover(&spec.hidden)?;
    let visible = VisiblePaths::of(&spec, &places);
    if first != last {
        bind(&parts.first, first)?;
    }
    bind(&parts.temporary, last)?;
    bind(&parts.folder, &place)?;
    if let Some(held) = &parts.commands {
        bind(held, &commands)?;
    }
    visible.show()?;
    Ok(moved(spec, &place, last, &commands))
}

/// The folders for temporary files of this machine, each once.
fn temporary() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = TEMPORARY.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    found.retain(|path| path.is_dir());
    found.dedup();
    found
}

/// The parts of a run's folder, each of which is put somewhere.
struct Parts {
    folder: File,
    temporary: File,
    /// Programs of the run's own, on its search path.
    commands: Option<File>,
    /// In which the places of `folder` and `commands` are.
    first: File,
}

impl Parts {
    /// Makes what is missing; `one` is for a machine with one folder for temporary files.
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

/// The name of the commands' place, beside that of the folder `name`.
fn beside(name: &OsStr) -> OsString {
    [OsStr::new("."), name].into_iter().collect()
}

/// The folder on the search path that is the run's own.
fn commands(spec: &RunSpec) -> Option<PathBuf> {
    let (_, path) = spec.env.iter().find(|(name, _)| name == PATH)?;
    std::env::split_paths(path).find(|folder| folder.parent() == Some(&spec.root) && folder.is_dir())
}

fn make(folder: PathBuf, mode: u32) -> io::Result<PathBuf> {
    DirBuilder::new().mode(PRIVATE).create(&folder)?;
    fs::set_permissions(&folder, Permissions::from_mode(mode))?;
    Ok(folder)
}

/// Puts an empty folder over each of `folders` that is there. A file in the place of one holds nothing of ours.
fn cover(folders: &[PathBuf]) -> io::Result<()> {
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let mut empty: Option<&PathBuf> = None;
    for folder in folders {
        // The first cover is made, the others are the same folder once more, which is quicker.
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

/// `spec` with the paths that its folders have inside.
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
    let variable = |(name, value): (OsString, OsString)| {
        let value = inside(&name, value);
        (name, value)
    };
    let env = spec.env.into_iter().map(variable).collect();
    RunSpec { env, folder: folder.to_path_buf(), temporary: temporary.to_path_buf(), ..spec }
}
