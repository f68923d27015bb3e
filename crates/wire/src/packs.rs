//! The messages of `runtray-packs`, the program that adds packages to the built-in Python: one JSON object in each line.

use serde::{Deserialize, Serialize};

/// A message of `runtray-packs`. The last one is [`Self::Done`] or [`Self::Failed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackEvent {
    /// How far it is.
    Progress(PackProgress),
    /// The change was made.
    Done(Packs),
    /// It could not, and changed nothing.
    Failed(PackFault),
}

/// How far a change of the packages is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PackProgress {
    /// The present step.
    pub step: PackStep,
    /// The package that it is done for; empty for all of them.
    pub name: String,
    /// The bytes that are done; for [`PackStep::Machine`] the seconds.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub done: u64,
    /// All bytes of this step; 0 if that is not known.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub total: u64,
}

/// A step of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PackStep {
    /// The index is asked which versions there are.
    Resolve,
    /// A file is fetched.
    Download,
    /// Files are unpacked.
    Unpack,
    /// Modules are compiled to bytecode.
    Compile,
    /// The science pack is compiled to machine code. Progress is in seconds.
    Machine,
}

/// The packages that were added to the built-in Python.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Packs {
    /// The packages, sorted by name.
    pub packages: Vec<Pack>,
    /// The size of everything on the disk.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes: u64,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Pack {
    /// Its normalized name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its wheel, in hexadecimal.
    pub sha256: String,
    /// Its size when unpacked.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes: u64,
    /// Whether it was asked for by name; others are needed by those.
    pub requested: bool,
}

/// Why the packages could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PackFault {
    /// Nothing on this machine says where the package index is.
    NoIndex,
    /// The address of the index cannot be used.
    BadIndex {
        /// The address, without a password.
        address: String,
    },
    /// The index was not reached.
    Offline {
        /// The name of its machine.
        host: String,
        /// The reason.
        cause: String,
    },
    /// The index refused, or answered something else.
    Refused {
        /// The name of its machine.
        host: String,
        /// Its answer.
        cause: String,
    },
    /// The index has no such package.
    Unknown {
        /// The package.
        name: String,
        /// The package that needs it; empty if the user does.
        by: String,
    },
    /// A requirement is no name of a package, with or without versions.
    BadName {
        /// The text.
        text: String,
        /// The fault.
        cause: String,
    },
    /// The package has machine code, which does not run in WebAssembly.
    Native {
        /// The package.
        name: String,
        /// Its version.
        version: String,
        /// The package that needs it; empty if the user does.
        by: String,
    },
    /// The package is published without a wheel.
    NoWheel {
        /// The package.
        name: String,
        /// Its version.
        version: String,
    },
    /// No version is in all ranges that are asked for.
    Conflict {
        /// The package.
        name: String,
        /// The ranges, each with the package that needs it.
        wanted: String,
    },
    /// A needed package is not among the given files.
    NotGiven {
        /// The package.
        name: String,
        /// The package that needs it.
        by: String,
    },
    /// A file is not a wheel, or a damaged one.
    BadWheel {
        /// The file.
        file: String,
        /// The fault.
        cause: String,
    },
    /// A file does not have the hash that the index or the lock file names.
    Damaged {
        /// The file.
        file: String,
    },
    /// The package was not added.
    NotAdded {
        /// The package.
        name: String,
    },
    /// Another added package needs the package.
    Needed {
        /// The package.
        name: String,
        /// The package that needs it.
        by: String,
    },
    /// Another process changes the packages at the moment.
    Busy,
    /// A file or folder cannot be read or written.
    Disk {
        /// Its path.
        path: String,
        /// The reason.
        cause: String,
    },
    /// The science pack does not exist for this system.
    NoScience,
    /// A given file is not the wheel of the science pack.
    OtherWheel {
        /// The file.
        file: String,
        /// The name of the wheel.
        wanted: String,
        /// The hash of the wheel, in hexadecimal.
        sha256: String,
    },
    /// The science pack could not be compiled.
    NotCompiled {
        /// The reason.
        cause: String,
    },
    /// The built-in Python does not start.
    NoPython {
        /// The reason.
        cause: String,
    },
}
