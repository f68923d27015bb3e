//! Where wheels come from: the package index, or files.

use pep508_rs::PackageName;
use runtray_wire::PackFault;

use crate::Outcome;
use crate::files::Files;
use crate::index::{Download, Index};
use crate::release::{Location, Release, RemoteWheel};
use crate::wheel::{Metadata, Wheel};

/// A source of wheels.
pub(crate) enum Source {
    Index(Box<Index>),
    Files(Files),
}

impl Source {
    /// The versions of a package, which `by` needs.
    pub(crate) fn releases(&self, name: &PackageName, by: &str) -> Outcome<Vec<Release>> {
        match self {
            Self::Index(index) => index.releases(name, by),
            Self::Files(files) => files.releases(name, by),
        }
    }

    /// The metadata of a wheel of the package `name`. May fetch the wheel.
    pub(crate) fn metadata(&self, name: &PackageName, wheel: &RemoteWheel) -> Outcome<Metadata> {
        match &wheel.place {
            Location::Path(path) => Wheel::open(path)?.metadata(),
            Location::Url { url, metadata, size } => {
                let download = Download { name: name.as_ref(), url, sha256: &wheel.sha256, size: *size };
                self.index()?.metadata(&download, metadata.as_deref())
            }
        }
    }

    /// The index; files come without one.
    pub(crate) fn index(&self) -> Outcome<&Index> {
        match self {
            Self::Index(index) => Ok(index),
            Self::Files(_) => Err(PackFault::NoIndex),
        }
    }
}
