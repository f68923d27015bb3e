//! Disk space of unlinked files that a run's processes have open.
#![expect(unsafe_code, reason = "libproc fills structures that are given by address")]

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::path::Path;

use nix::libc;

use super::table;

/// The most descriptors per process that are examined.
const MOST_DESCRIPTORS: usize = 10_240;
/// The `PROC_PIDFDVNODEINFO` flavour of `proc_pidfdinfo`, which fills [`OpenFile`].
const FILE_OF_DESCRIPTOR: c_int = 1;

/// The open files of a running tree. Processes that left the run's session are not examined.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenFiles {
    main: i32,
}

/// `struct vnode_fdinfo`.
#[repr(C)]
struct OpenFile {
    /// `struct proc_fileinfo`.
    descriptor: [u64; 3],
    file: libc::vnode_info,
}

unsafe extern "C" {
    fn proc_pidfdinfo(pid: c_int, fd: c_int, flavour: c_int, place: *mut c_void, size: c_int) -> c_int;
}

impl OpenFiles {
    /// Of the run whose session `main` leads.
    pub(super) fn of(main: i32) -> Self {
        Self { main }
    }

    /// The size of unlinked files on disk.
    pub(crate) fn unlinked_bytes(self, _folder: &Path) -> u64 {
        let processes = table::rows().into_iter().filter(|row| row.session == self.main || row.parent == self.main);
        let files: HashMap<_, _> = processes.flat_map(|row| unlinked_of(row.pid)).collect();
        files.into_values().sum()
    }
}

/// Device, inode and size of each unlinked regular file that `pid` has open.
fn unlinked_of(pid: i32) -> Vec<((u32, u64), u64)> {
    // SAFETY: the structure holds only integers, for which zero is a value.
    let mut open: Vec<libc::proc_fdinfo> = vec![unsafe { zeroed() }; MOST_DESCRIPTORS];
    let size = size_of_val(&*open) as c_int;
    // SAFETY: the buffer is as large as the given size.
    let filled = unsafe { libc::proc_pidinfo(pid, libc::PROC_PIDLISTFDS, 0, open.as_mut_ptr().cast::<c_void>(), size) };
    open.truncate(usize::try_from(filled).unwrap_or(0) / size_of::<libc::proc_fdinfo>());
    let files = open.iter().filter(|one| one.proc_fdtype == libc::PROX_FDTYPE_VNODE as u32);
    files.filter_map(|one| unlinked(pid, one.proc_fd)).collect()
}

fn unlinked(pid: i32, fd: i32) -> Option<((u32, u64), u64)> {
    // SAFETY: the structure holds only integers, for which zero is a value.
    let mut open: OpenFile = unsafe { zeroed() };
    let size = size_of::<OpenFile>() as c_int;
    // SAFETY: the flavour fills just this structure, whose size is given.
    let filled = unsafe { proc_pidfdinfo(pid, fd, FILE_OF_DESCRIPTOR, (&raw mut open).cast::<c_void>(), size) };
    let found = &open.file.vi_stat;
    let is_unlinked = filled == size && found.vst_nlink == 0 && found.vst_mode & libc::S_IFMT == libc::S_IFREG;
    is_unlinked.then(|| ((found.vst_dev, found.vst_ino), u64::try_from(found.vst_blocks).unwrap_or(0) * 512))
}
