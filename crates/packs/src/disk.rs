//! Files and folders of this user alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use runtray_wire::PackFault;
use sha2::{Digest as _, Sha256};

use crate::Outcome;

/// Bytes that are hashed at once.
const PIECE: usize = 1 << 16;

/// Adds the path to an error of the system.
pub(crate) fn at<T>(path: &Path, result: io::Result<T>) -> Outcome<T> {
    result.map_err(|error| PackFault::Disk { path: path.display().to_string(), cause: error.to_string() })
}

/// Makes `folder` for this user alone. One that is there loses the permissions of other users.
pub(crate) fn make(folder: &Path) -> Outcome<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    at(folder, builder.recursive(true).create(folder).and_then(|()| close_to_others(folder)))
}

/// A file system without permissions, and a folder of another owner, stay as they are.
#[cfg(unix)]
fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode & 0o700)).ok();
    }
    Ok(())
}

/// The access list of the user's profile does that.
#[cfg(not(unix))]
fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates `file` for this user alone, or empties it.
pub(crate) fn create(file: &Path) -> Outcome<File> {
    open(file, File::options().write(true).create(true).truncate(true))
}

/// Opens `file`. A new one is for this user alone.
pub(crate) fn open(file: &Path, options: &mut OpenOptions) -> Outcome<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    at(file, options.open(file))
}

/// Writes `content` to `file` as a whole: another process reads the old content or the new one.
pub(crate) fn replace(file: &Path, content: &[u8]) -> Outcome<()> {
    let unfinished = file.with_extension("unfinished");
    let mut to = create(&unfinished)?;
    let mut write = || {
        io::Write::write_all(&mut to, content)?;
        to.sync_all()?;
        fs::rename(&unfinished, file)
    };
    at(file, write())
}

/// The SHA-256 of `file`, in hexadecimal.
pub(crate) fn sha256(file: &Path) -> Outcome<String> {
    let mut from = at(file, File::open(file))?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match at(file, from.read(&mut piece))? {
            0 => return Ok(format!("{:x}", hash.finalize())),
            read => hash.update(&piece[..read]),
        }
    }
}

/// The bytes of all files below `path`; files that cannot be read count nothing.
pub(crate) fn size(path: &Path) -> u64 {
    let Ok(found) = fs::symlink_metadata(path) else { return 0 };
    if !found.is_dir() {
        return found.len();
    }
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
}

/// The names in `folder`; none if it is not there.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
