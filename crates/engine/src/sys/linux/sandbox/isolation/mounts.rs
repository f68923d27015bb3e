//! The system calls that copy and place mounts. A copy is taken before anything covers its original.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::libc;

/// A copy of a file or folder as a mount that is in no place yet, with its submounts.
pub(super) struct Copied(File);

impl Copied {
    /// Copies the file or folder at `path` as a mount; a link is not followed.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC;
        let flags = flags | (libc::AT_RECURSIVE | libc::AT_SYMLINK_NOFOLLOW) as libc::c_uint;
        let path = text(path)?;
        // SAFETY: the kernel reads the path.
        #[expect(unsafe_code, reason = "there is no wrapper of open_tree")]
        let number =
            Errno::result(unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags) })?;
        // SAFETY: the descriptor is new, and nothing else owns it.
        #[expect(unsafe_code, reason = "taking ownership of a descriptor that a system call returned")]
        Ok(Self(unsafe { File::from_raw_fd(i32::try_from(number).map_err(io::Error::other)?) }))
    }

    /// Whether it is a folder.
    pub(super) fn is_folder(&self) -> io::Result<bool> {
        Ok(self.0.metadata()?.is_dir())
    }

    /// Mounts it at `place`.
    pub(super) fn attach(&self, place: &Path) -> io::Result<()> {
        let place = text(place)?;
        // SAFETY: the kernel reads an empty text and the place.
        #[expect(unsafe_code, reason = "there is no wrapper of move_mount")]
        let result = unsafe {
            libc::syscall(
                libc::SYS_move_mount,
                self.0.as_raw_fd(),
                c"".as_ptr(),
                libc::AT_FDCWD,
                place.as_ptr(),
                libc::MOVE_MOUNT_F_EMPTY_PATH,
            )
        };
        Ok(Errno::result(result).map(drop)?)
    }
}

/// Makes everything that is mounted below `root` so far read-only, and its set-user-id programs and devices powerless.
pub(super) fn close(root: &Path) -> io::Result<()> {
    let root = text(root)?;
    let attr_set = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    let attributes = libc::mount_attr { attr_set, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the kernel reads the path and the attributes, whose size is given.
    #[expect(unsafe_code, reason = "there is no wrapper of mount_setattr")]
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            root.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    Ok(Errno::result(result).map(drop)?)
}

fn text(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}
