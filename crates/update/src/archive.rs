//! Replacing a folder by the archive of a new version, in one step.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;
use semver::Version;

use crate::workplace::{Workplace, not_written};
use crate::{Result, sentences as s};

/// The most bytes of an unpacked archive.
const UNPACKED: u64 = 2 << 30;

/// The files that an installation may contain besides the new version's files: a version may leave one out.
const OURS: [&str; 11] = [
    "runtray",
    "runtray-python",
    "runtray-python-compile",
    "runtray-packs",
    "builtin-python",
    "completions",
    "man",
    "runtray.service",
    "LICENSE",
    "THIRD-PARTY-NOTICES.txt",
    "package.txt",
];

/// The program that must start.
const PROGRAM: &str = "runtray";

/// Unpacks the archive, starts its program once, and puts it in the place of `folder`.
///
/// # Errors
/// A step fails. `folder` is unchanged then.
pub(crate) fn install(work: &Workplace, archive: &Path, folder: &Path, version: &Version) -> Result<()> {
    let new = unpack(archive, &work.path("new"), version)?;
    starts(&new.join(PROGRAM), version)?;
    has_only_ours(folder, &new)?;
    exchange(&new, folder).map_err(|error| not_written(folder, &error))
}

/// Unpacks into `to`, and returns the only folder in the archive.
fn unpack(archive: &Path, to: &Path, version: &Version) -> Result<PathBuf> {
    let bad = |cause: &dyn std::fmt::Display| {
        s::BAD_ARCHIVE.with("version", version.to_string()).with("cause", cause.to_string())
    };
    let file = File::open(archive).map_err(|error| bad(&error))?;
    fs::create_dir(to).map_err(|error| not_written(to, &error))?;
    let mut entries = tar::Archive::new(GzDecoder::new(file));
    let mut size = 0;
    for entry in entries.entries().map_err(|error| bad(&error))? {
        let mut entry = entry.map_err(|error| bad(&error))?;
        size += entry.size();
        let kind = entry.header().entry_type();
        if !(kind.is_file() || kind.is_dir()) || size > UNPACKED {
            return Err(bad(&"it contains what no package of Runtray contains"));
        }
        if !entry.unpack_in(to).map_err(|error| not_written(to, &error))? {
            return Err(bad(&"it has a file outside of its folder"));
        }
    }
    let inside = fs::read_dir(to).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    match inside.map_err(|error| bad(&error))?.as_slice() {
        [one] if one.path().is_dir() => Ok(one.path()),
        _ => Err(bad(&"it does not contain one folder")),
    }
}

/// Checks that the new program runs here and has the expected version.
fn starts(program: &Path, version: &Version) -> Result<()> {
    let wrong = |cause: String| s::DOES_NOT_START.with("version", version.to_string()).with("cause", cause);
    let printed = Command::new(program).arg("--version").stdin(Stdio::null()).output();
    let printed = printed.map_err(|error| wrong(error.to_string()))?;
    let text = String::from_utf8_lossy(&printed.stdout);
    match text.trim() == format!("runtray {version}") {
        true => Ok(()),
        false => Err(wrong(format!("{}{}", text.trim(), String::from_utf8_lossy(&printed.stderr).trim()))),
    }
}

/// Checks that the folder has only our files, because it is replaced as a whole.
fn has_only_ours(folder: &Path, new: &Path) -> Result<()> {
    let failed = |error: io::Error| not_written(folder, &error);
    let names = |folder: &Path| -> io::Result<BTreeSet<String>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let mut foreign = names(folder).map_err(failed)?;
    let known = names(new).map_err(failed)?;
    foreign.retain(|name| !known.contains(name) && !OURS.contains(&&**name));
    if foreign.is_empty() {
        return Ok(());
    }
    let files = foreign.into_iter().collect::<Vec<_>>().join(", ");
    Err(s::FOREIGN_FILES.with("folder", folder.display()).with("files", files))
}

/// Puts `new` in the place of `folder`, and the old one in the place of `new`.
fn exchange(new: &Path, folder: &Path) -> io::Result<()> {
    if at_once(new, folder) {
        return Ok(());
    }
    // A file system that cannot exchange them: the folder is missing for a moment.
    let old = new.with_extension("old");
    fs::rename(folder, &old)?;
    fs::rename(new, folder).inspect_err(|_| {
        // It was there a moment ago, on the same file system.
        let _ = fs::rename(&old, folder);
    })
}

/// Whether the system could exchange them in one step.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn at_once(new: &Path, folder: &Path) -> bool {
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    renameat2(AT_FDCWD, new, AT_FDCWD, folder, RenameFlags::RENAME_EXCHANGE).is_ok()
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn at_once(_: &Path, _: &Path) -> bool {
    false
}
