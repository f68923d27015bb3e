//! Bind mounts.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc;
use nix::mount::{MsFlags, mount};

/// Folders for temporary files. The working folder goes into the first that exists; `TMPDIR` is the last.
pub(crate) const TEMPORARY: [&str; 2] = ["/var/tmp", "/tmp"];

/// Opens the file or folder at `path`, to mount it even after something else covers the path. Does not follow a link.
pub(crate) fn hold(path: &Path) -> io::Result<File> {
    File::options().read(true).custom_flags(libc::O_PATH | libc::O_NOFOLLOW).open(path)
}

/// Mounts the held tree, including its submounts, at `place`.
pub(crate) fn bind(held: &File, place: &Path) -> io::Result<()> {
    let source = format!("/proc/self/fd/{}", held.as_raw_fd());
    Ok(mount(Some(&*source), place, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)?)
}
