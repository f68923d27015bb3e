//! Wheels that the user gives as files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pep508_rs::PackageName;
use runtray_wire::PackFault;

use crate::release::{Location, Release, RemoteWheel};
use crate::wheel::{Wheel, WheelName};
use crate::{Outcome, disk};

/// Wheels on this machine.
pub(crate) struct Files(Vec<(WheelName, RemoteWheel)>);

impl Files {
    /// The wheels in `paths`, each a wheel or a folder of wheels.
    pub(crate) fn of(paths: &[PathBuf]) -> Outcome<Self> {
        let mut wheels = Vec::new();
        for path in paths {
            let is_folder = disk::at(path, fs::metadata(path))?.is_dir();
            match is_folder {
                true => wheels.extend(in_folder(path)?),
                false => wheels.push(of_file(path)?),
            }
        }
        Ok(Self(wheels))
    }

    /// The packages in the files, for a command that names none.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.name.to_string()).collect()
    }

    pub(crate) fn releases(&self, name: &PackageName, by: &str) -> Outcome<Vec<Release>> {
        let release = |(known, wheel): &(WheelName, RemoteWheel)| Release {
            version: known.version.clone(),
            wheel: known.is_pure.then(|| wheel.clone()),
            has_wheels: true,
        };
        let found: Vec<Release> = self.0.iter().filter(|(known, _)| known.name == *name).map(release).collect();
        if found.is_empty() {
            return Err(PackFault::NotGiven { name: name.to_string(), by: by.to_owned() });
        }
        Ok(found)
    }
}

fn in_folder(folder: &Path) -> Outcome<Vec<(WheelName, RemoteWheel)>> {
    let wheels = disk::names(folder).into_iter().filter(|name| name.ends_with(".whl"));
    let found: Vec<_> = wheels.map(|name| of_file(&folder.join(name))).collect::<Outcome<_>>()?;
    if found.is_empty() {
        return disk::at(folder, Err(io::Error::other("there are no wheels in this folder")));
    }
    Ok(found)
}

fn of_file(path: &Path) -> Outcome<(WheelName, RemoteWheel)> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let cause = "its name is not that of a wheel, such as rich-15.0.0-py3-none-any.whl".to_owned();
    let name = WheelName::parse(&file).ok_or(PackFault::BadWheel { file: file.clone(), cause })?;
    let sha256 = disk::sha256(path)?;
    let python = Wheel::open(path)?.metadata()?.python;
    Ok((name, RemoteWheel { file, place: Location::Path(path.to_owned()), sha256, python }))
}
