//! `lock.json`: the packages in effect, with versions and hashes.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use pep508_rs::PackageName;
use runtray_wire::{Pack, PackFault};
use serde::{Deserialize, Serialize};

use crate::requirement::requirement;
use crate::{Outcome, disk, science_wheel};

/// The file. The engine reads `site` of it.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Lock {
    /// The folder in `sites/` that programs see; none without packages.
    pub(crate) site: Option<String>,
    /// The requirements of the user, as written.
    pub(crate) requested: Vec<String>,
    /// The packages, sorted by name.
    pub(crate) packages: Vec<Locked>,
    /// The science pack, if it was added. The engine reads `image` of it.
    #[serde(default)]
    pub(crate) science: Option<Science>,
}

/// The science pack in effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Science {
    /// The folder in `science/` with the compiled Python.
    pub(crate) image: String,
    /// The version of the wheel that it was made of.
    pub(crate) version: String,
    /// The hash of that wheel.
    pub(crate) sha256: String,
    /// The size of the folder, in bytes.
    pub(crate) bytes: u64,
}

/// A package in effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Locked {
    /// Its normalized name.
    pub(crate) name: PackageName,
    /// Its version.
    pub(crate) version: String,
    /// Its wheel in `wheels/`.
    pub(crate) file: String,
    /// The hash of the wheel.
    pub(crate) sha256: String,
    /// Its size when unpacked, in bytes.
    pub(crate) bytes: u64,
    /// The packages that it needs here.
    pub(crate) needs: BTreeSet<PackageName>,
}

impl Lock {
    /// Reads the file; without one there are no packages.
    pub(crate) fn read(file: &Path) -> Outcome<Self> {
        match fs::read(file) {
            Ok(text) => disk::at(file, serde_json::from_slice(&text).map_err(io::Error::from)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => disk::at(file, Err(error)),
        }
    }

    /// Replaces the file, which puts the packages into effect.
    pub(crate) fn write(&self, file: &Path) -> Outcome<()> {
        let text = serde_json::to_vec_pretty(self).map_err(io::Error::from);
        disk::replace(file, &disk::at(file, text)?)
    }

    /// The package of that name.
    pub(crate) fn find(&self, name: &PackageName) -> Option<&Locked> {
        self.packages.iter().find(|package| package.name == *name)
    }

    /// `names`, and all packages that they need.
    pub(crate) fn reachable(&self, names: impl IntoIterator<Item = PackageName>) -> BTreeSet<PackageName> {
        let (mut reached, mut left) = (BTreeSet::new(), Vec::from_iter(names));
        while let Some(name) = left.pop() {
            if reached.insert(name.clone()) {
                left.extend(self.find(&name).into_iter().flat_map(|package| package.needs.iter().cloned()));
            }
        }
        reached
    }

    /// The packages for people, sorted by name.
    pub(crate) fn packs(&self) -> Result<Vec<Pack>, PackFault> {
        let requested = self.names()?;
        let pack = |package: &Locked| Pack {
            name: package.name.to_string(),
            version: package.version.clone(),
            sha256: package.sha256.clone(),
            bytes: package.bytes,
            requested: requested.contains(&package.name),
        };
        let science = self.science.as_ref().map(|science| Pack {
            name: science_wheel::NAME.to_owned(),
            version: science.version.clone(),
            sha256: science.sha256.clone(),
            bytes: science.bytes,
            requested: true,
        });
        let mut packs: Vec<Pack> = self.packages.iter().map(pack).chain(science).collect();
        packs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(packs)
    }

    /// The names in the user's requirements.
    pub(crate) fn names(&self) -> Outcome<BTreeSet<PackageName>> {
        self.requested.iter().map(|text| Ok(requirement(text)?.name)).collect()
    }
}
