//! Folders of modules, as the programs see them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use pep508_rs::MarkerEnvironment;
use runtray_wire::PackStep;
use sha2::{Digest as _, Sha256};

use crate::inside::Inside;
use crate::lock::Locked;
use crate::wheel::Wheel;
use crate::{Outcome, Report, disk};

/// The end of the name of a folder that is being filled.
const UNFINISHED: &str = "unfinished";

/// Beside each site: locked by the Pythons that use it.
pub(crate) fn lock_of(site: &Path) -> PathBuf {
    site.with_extension("lock")
}

/// Makes the folder `site` of `packages`, whose wheels are in `wheels`, and notes the size of each.
pub(crate) fn make(
    site: &Path,
    wheels: &Path,
    packages: &mut [Locked],
    inside: &Inside,
    report: &Report,
) -> Outcome<()> {
    let unfinished = site.with_file_name(UNFINISHED);
    remove(&unfinished)?;
    disk::make(&unfinished)?;
    let total: u64 = packages.iter().map(|package| disk::size(&wheels.join(&package.file))).sum();
    let mut done = 0;
    for package in packages {
        report.progress(PackStep::Unpack, package.name.as_ref(), done, total);
        let wheel = wheels.join(&package.file);
        package.bytes = Wheel::open(&wheel)?.unpack(&unfinished)?;
        done += disk::size(&wheel);
    }
    report.progress(PackStep::Compile, "", 0, 0);
    inside.compile(&unfinished)?;
    remove(site)?;
    let lock = lock_of(site);
    disk::create(&lock)?;
    disk::at(site, fs::rename(&unfinished, site))
}

/// The name of the site of `packages` for a Python. Its version counts: another one does not read the bytecode.
pub(crate) fn name(packages: &[Locked], inside: &MarkerEnvironment) -> String {
    let mut hash = Sha256::new();
    hash.update(inside.python_full_version().to_string());
    for package in packages {
        hash.update(package.sha256.as_bytes());
    }
    format!("{:x}", hash.finalize())[..16].to_owned()
}

/// Removes all `sites` but `used`. A site that a Python still uses stays until the next time.
pub(crate) fn sweep(sites: &Path, used: Option<&str>) {
    for name in disk::names(sites) {
        let site = sites.join(&name);
        if !site.is_dir() || Some(name.as_str()) == used {
            continue;
        }
        let lock = lock_of(&site);
        let is_free = File::open(&lock).map_or(true, |file| file.try_lock().is_ok());
        if is_free && remove(&site).is_ok() {
            fs::remove_file(&lock).ok();
        }
    }
}

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) -> Outcome<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => disk::at(folder, Err(error)),
        _ => Ok(()),
    }
}
