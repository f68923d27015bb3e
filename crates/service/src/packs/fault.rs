//! The sentences for the failures of `runtray-packs`.

use runtray_engine::message::LocalizedMessage;
use runtray_wire::PackFault;

use crate::sentences as s;

/// The reason and the remedy.
pub(super) fn message(fault: PackFault) -> LocalizedMessage {
    match fault {
        PackFault::NoIndex => s::PACKS_NO_INDEX.message(),
        PackFault::BadIndex { address } => s::PACKS_BAD_INDEX.with("address", address),
        PackFault::Offline { host, cause } => s::PACKS_OFFLINE.with("host", host).with("cause", cause),
        PackFault::Refused { host, cause } => s::PACKS_REFUSED.with("host", host).with("cause", cause),
        PackFault::Unknown { name, by } if by.is_empty() => s::PACKS_UNKNOWN.with("name", name),
        PackFault::Unknown { name, by } => s::PACKS_UNKNOWN_FOR.with("name", name).with("by", by),
        PackFault::BadName { text, cause } => s::PACKS_BAD_NAME.with("text", text).with("cause", cause),
        PackFault::Native { name, version, by } if by.is_empty() => {
            s::PACKS_NATIVE.with("name", name).with("version", version)
        }
        PackFault::Native { name, version, by } => {
            s::PACKS_NATIVE_FOR.with("name", name).with("version", version).with("by", by)
        }
        PackFault::NoWheel { name, version } => s::PACKS_NO_WHEEL.with("name", name).with("version", version),
        PackFault::Conflict { name, wanted } => s::PACKS_CONFLICT.with("name", name).with("wanted", wanted),
        PackFault::NotGiven { name, by } if by.is_empty() => s::PACKS_NOT_GIVEN.with("name", name),
        PackFault::NotGiven { name, by } => s::PACKS_NOT_GIVEN_FOR.with("name", name).with("by", by),
        PackFault::BadWheel { file, cause } => s::PACKS_BAD_WHEEL.with("file", file).with("cause", cause),
        PackFault::Damaged { file } => s::PACKS_DAMAGED.with("file", file),
        PackFault::NotAdded { name } => s::PACKS_NOT_ADDED.with("name", name),
        PackFault::Needed { name, by } => s::PACKS_NEEDED.with("name", name).with("by", by),
        PackFault::Busy => s::PACKS_BUSY.message(),
        PackFault::Disk { path, cause } => s::PACKS_DISK.with("path", path).with("cause", cause),
        PackFault::NoScience => s::PACKS_NO_SCIENCE.message(),
        PackFault::OtherWheel { file, wanted, sha256 } => {
            s::PACKS_OTHER_WHEEL.with("file", file).with("wanted", wanted).with("sha256", sha256)
        }
        PackFault::NotCompiled { cause } => s::PACKS_NOT_COMPILED.with("cause", cause),
        PackFault::NoPython { cause } => s::PACKS_NO_PYTHON.with("cause", cause),
    }
}
