//! The folders of this program, found without the environment.
//!
//! The sender of a run chooses its environment variables, and these folders hold machine code that this program runs. So no
//! variable may choose a folder.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the folder with the shipped files.
const FILES: &str = "builtin-python";

/// The folder of the files shipped beside this program.
pub(crate) fn home() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let folder = program.parent().ok_or_else(|| io::Error::other("this program is in no folder"))?;
    let beside = folder.join(FILES);
    // In an app for macOS the folder of programs holds signed code alone.
    let bundled = folder.join("../Resources").join(FILES);
    Ok(if cfg!(target_os = "macos") && bundled.is_dir() { bundled } else { beside })
}

/// The user's own cache folder.
#[cfg(unix)]
pub(crate) fn cache() -> Option<PathBuf> {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok()??;
    let caches = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    Some(user.dir.join(caches).join("runtray-python"))
}

/// The user's own cache folder.
#[cfg(windows)]
pub(crate) fn cache() -> Option<PathBuf> {
    // Asks the system, not the environment.
    Some(directories::BaseDirs::new()?.cache_dir().join("runtray-python"))
}

/// Whether nobody but this user can write to `folder`.
#[cfg(unix)]
pub(crate) fn is_private(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::symlink_metadata(folder)?;
    let owner = metadata.uid();
    Ok(metadata.is_dir() && metadata.mode() & 0o022 == 0 && (owner == nix::unistd::geteuid().as_raw() || owner == 0))
}

/// Whether nobody but this user can write to `folder`. A user's own folders on Windows have such rights by default.
#[cfg(windows)]
pub(crate) fn is_private(folder: &Path) -> io::Result<bool> {
    Ok(std::fs::symlink_metadata(folder)?.is_dir())
}

/// Makes `folder` for this user alone.
pub(crate) fn create(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
