//! Bind mounts: what is held is put somewhere else.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc;
use nix::mount::{MsFlags, mount};

/// Where programs keep temporary files. The program's folder goes into the first that is there; `TMPDIR` is the last.
pub(crate) const TEMPORARY: [&str; 2] = ["/var/tmp", "/tmp"];

/// Holds what is at `path`, whatever is put over it. A link is held itself.
pub(crate) fn hold(path: &Path) -> io::Result<File> {
    File::options().read(true).custom_flags(libc::O_PATH | libc::O_NOFOLLOW).open(path)
}

/// Puts what is held, with all that is mounted in it, at `place`.
pub(crate) fn bind(held: &File, place: &Path) -> io::Result<()> {
    let source = format!("/proc/self/fd/{}", held.as_raw_fd());
    Ok(mount(Some(&*source), place, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)?)
}
