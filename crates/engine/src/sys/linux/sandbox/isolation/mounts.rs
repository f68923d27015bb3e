//! The system calls that copy and place mounts. A copy is taken before anything covers its original.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::libc;

/// A copy of a file or folder as a mount that is not attached yet, with its submounts.
#[derive(Debug)]
pub(super) struct Copied(File);

impl Copied {
    /// Copies the file or folder at `path` as a mount; a link is not followed.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Self::copy(libc::AT_FDCWD, &text(path)?, libc::AT_SYMLINK_NOFOLLOW)
    }

    /// Copies an open file or folder. It must have been opened in this mount namespace.
    pub(super) fn of_open(held: &File) -> io::Result<Self> {
        Self::copy(held.as_raw_fd(), c"", libc::AT_EMPTY_PATH)
    }

    fn copy(folder: RawFd, path: &CStr, flags: libc::c_int) -> io::Result<Self> {
        let flags = (libc::AT_RECURSIVE | flags) as libc::c_uint | libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC;
        // SAFETY: the kernel reads the path.
        #[expect(unsafe_code, reason = "there is no wrapper of open_tree")]
        let number = Errno::result(unsafe { libc::syscall(libc::SYS_open_tree, folder, path.as_ptr(), flags) })?;
        // SAFETY: the descriptor is new, and nothing else owns it.
        #[expect(unsafe_code, reason = "taking ownership of a descriptor that a system call returned")]
        Ok(Self(unsafe { File::from_raw_fd(i32::try_from(number).map_err(io::Error::other)?) }))
    }

    /// Whether it is a folder.
    pub(super) fn is_folder(&self) -> io::Result<bool> {
        Ok(self.0.metadata()?.is_dir())
    }

    /// Makes it and its submounts read-only, and their set-user-id programs and devices powerless.
    pub(super) fn close(&self) -> io::Result<()> {
        close(&self.0, libc::AT_RECURSIVE)
    }

    /// Mounts it at `place`, which is open.
    pub(super) fn attach(&self, place: &File) -> io::Result<()> {
        // SAFETY: the kernel reads two empty texts.
        #[expect(unsafe_code, reason = "there is no wrapper of move_mount")]
        let result = unsafe {
            libc::syscall(
                libc::SYS_move_mount,
                self.0.as_raw_fd(),
                c"".as_ptr(),
                place.as_raw_fd(),
                c"".as_ptr(),
                libc::MOVE_MOUNT_F_EMPTY_PATH | libc::MOVE_MOUNT_T_EMPTY_PATH,
            )
        };
        Ok(Errno::result(result).map(drop)?)
    }
}

/// Makes the mount whose root is open as `root` read-only, and its set-user-id programs and devices powerless. `flags` may
/// include its submounts.
pub(super) fn close(root: &File, flags: libc::c_int) -> io::Result<()> {
    let attr_set = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    let attributes = libc::mount_attr { attr_set, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the kernel reads an empty text and the attributes, whose size is given.
    #[expect(unsafe_code, reason = "there is no wrapper of mount_setattr")]
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            root.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | flags,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    Ok(Errno::result(result).map(drop)?)
}

fn text(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}
