//! System errors as sentences.

use std::io;

use super::message::{LocalizedMessage, Value};
use super::sentences as s;

/// The sentence for a system error; the system's own text only if its kind has no sentence.
pub(crate) fn system(error: &io::Error) -> LocalizedMessage {
    // An error of ours already contains its sentence.
    if let Some(message) = error.get_ref().and_then(|inner| inner.downcast_ref::<LocalizedMessage>()) {
        return message.clone();
    }
    let sentence = match error.kind() {
        io::ErrorKind::NotFound => s::SYSTEM_NOT_FOUND,
        io::ErrorKind::PermissionDenied => s::SYSTEM_DENIED,
        io::ErrorKind::AlreadyExists => s::SYSTEM_EXISTS,
        io::ErrorKind::StorageFull => s::SYSTEM_DISK_FULL,
        io::ErrorKind::QuotaExceeded => s::SYSTEM_QUOTA,
        io::ErrorKind::ReadOnlyFilesystem => s::SYSTEM_READ_ONLY,
        io::ErrorKind::NotADirectory => s::SYSTEM_NOT_A_FOLDER,
        io::ErrorKind::IsADirectory => s::SYSTEM_IS_A_FOLDER,
        io::ErrorKind::TimedOut => s::SYSTEM_TIMED_OUT,
        io::ErrorKind::FileTooLarge => s::SYSTEM_TOO_LARGE,
        io::ErrorKind::OutOfMemory => s::SYSTEM_NO_MEMORY,
        io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy | io::ErrorKind::Deadlock => s::SYSTEM_BUSY,
        _ => return s::SYSTEM_OTHER.with("error", error.to_string()),
    };
    match error.raw_os_error() {
        Some(code) => s::SYSTEM_CODE.with("what", sentence.message()).with("code", code.to_string()),
        None => sentence.message(),
    }
}

impl From<&io::Error> for Value {
    fn from(error: &io::Error) -> Self {
        Self::Message(system(error))
    }
}
