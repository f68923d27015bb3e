//! The reparse data of files, in which Windows stores the aliases of Store apps.

#[cfg(not(windows))]
use std::path::Path;

/// Only Windows has reparse data.
#[cfg(not(windows))]
pub(super) fn reparse_data(_path: &Path) -> Option<Vec<u8>> {
    None
}

#[cfg(windows)]
pub(super) use windows::reparse_data;

#[cfg(windows)]
mod windows {
    use std::fs::{File, OpenOptions};
    use std::os::windows::fs::OpenOptionsExt;
    use std::os::windows::io::AsRawHandle;
    use std::path::Path;

    use windows_sys::Win32::Storage::FileSystem::{
        FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES,
        MAXIMUM_REPARSE_DATA_BUFFER_SIZE,
    };
    use windows_sys::Win32::System::IO::DeviceIoControl;
    use windows_sys::Win32::System::Ioctl::FSCTL_GET_REPARSE_POINT;

    /// The reparse data of a file, if it is a reparse point.
    pub(in crate::interpreter) fn reparse_data(path: &Path) -> Option<Vec<u8>> {
        let flags = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
        let file = OpenOptions::new().access_mode(FILE_READ_ATTRIBUTES).custom_flags(flags).open(path).ok()?;
        query(&file)
    }

    #[expect(unsafe_code, reason = "the standard library reads the reparse data of links only")]
    fn query(file: &File) -> Option<Vec<u8>> {
        const SIZE: u32 = MAXIMUM_REPARSE_DATA_BUFFER_SIZE;
        let (mut data, mut length) = (vec![0_u8; SIZE as usize], 0_u32);
        let (handle, buffer) = (file.as_raw_handle(), data.as_mut_ptr().cast());
        // SAFETY: the handle is open as long as `file` lives; the buffer is `SIZE` bytes long and outlives the call,
        // which is synchronous because the file was not opened for overlapped use.
        let done = unsafe {
            let (nothing, whole) = (std::ptr::null(), std::ptr::null_mut());
            DeviceIoControl(handle, FSCTL_GET_REPARSE_POINT, nothing, 0, buffer, SIZE, &raw mut length, whole)
        };
        data.truncate(length as usize);
        (done != 0).then_some(data)
    }
}
