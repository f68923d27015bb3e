//! Versions of packages that are not fetched yet.

use std::path::PathBuf;

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};

/// A version of a package.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    pub(crate) version: Version,
    /// The wheel that runs everywhere; `None` if there are others only.
    pub(crate) wheel: Option<RemoteWheel>,
    /// Whether there are wheels at all.
    pub(crate) has_wheels: bool,
}

/// A wheel that is not fetched yet.
#[derive(Debug, Clone)]
pub(crate) struct RemoteWheel {
    pub(crate) file: String,
    pub(crate) place: Location,
    /// Its hash; known before it is fetched.
    pub(crate) sha256: String,
    /// The versions of Python that it is for.
    pub(crate) python: Option<VersionSpecifiers>,
}

/// Where a wheel is.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    /// At the index, perhaps with its metadata beside it.
    Url {
        url: String,
        /// The hash of the metadata, if it is beside the wheel.
        metadata: Option<String>,
        size: u64,
    },
    /// On this machine.
    Path(PathBuf),
}
