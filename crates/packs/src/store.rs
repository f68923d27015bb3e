//! The folder of the packages, and the changes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use pep508_rs::pep440_rs::Version;
use pep508_rs::{PackageName, Requirement};
use runtray_wire::{PackFault, Packs};

use crate::arguments::Add;
use crate::files::Files;
use crate::index::{Download, Index};
use crate::inside::Inside;
use crate::lock::{Lock, Locked};
use crate::release::{Location, Release, RemoteWheel};
use crate::requirement::requirement;
use crate::resolve::{Chosen, Resolver};
use crate::source::Source;
use crate::wheel::{Wheel, keep};
use crate::{Outcome, Report, disk, site};

/// The folder of the packages.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The packages in effect.
    pub(crate) fn list(&self) -> Outcome<Packs> {
        let lock = Lock::read(&self.lock_file())?;
        if let Ok(_busy) = self.busy() {
            self.sweep(&lock);
        }
        self.packs(&lock)
    }

    /// Adds packages or updates them.
    pub(crate) fn add(&self, add: &Add, report: &Report) -> Outcome<Packs> {
        let _busy = self.busy()?;
        let lock = Lock::read(&self.lock_file())?;
        self.sweep(&lock);
        let added = self.add_to(&lock, add, report);
        // Files that were fetched for a failed change are of no use.
        added.inspect_err(|_| self.sweep(&lock))
    }

    fn add_to(&self, lock: &Lock, add: &Add, report: &Report) -> Outcome<Packs> {
        let inside = Inside::new(&add.python);
        let markers = inside.markers()?;
        let (source, names) = match add.from.is_empty() {
            true => {
                (Source::Index(Box::new(Index::find(add.own_python.as_deref(), &self.downloads())?)), add.names.clone())
            }
            false => {
                let files = Files::of(&add.from)?;
                let names = if add.names.is_empty() { files.names() } else { add.names.clone() };
                (Source::Files(files), names)
            }
        };
        let requested = with(&lock.requested, &names)?;
        let roots: Vec<Requirement> = requested.iter().map(|text| requirement(text)).collect::<Outcome<_>>()?;
        let named: BTreeSet<PackageName> =
            names.iter().map(|text| Ok(requirement(text)?.name)).collect::<Outcome<_>>()?;
        let chosen = Resolver::new(&source, &markers, self.kept(lock, &named), report).resolve(&roots)?;
        let mut packages = Vec::new();
        for (name, chosen) in chosen {
            self.fetch(&source, &name, &chosen, report)?;
            packages.push(locked(name, chosen));
        }
        self.put_into_effect(
            lock,
            Lock { site: None, requested, packages, science: lock.science.clone() },
            &inside,
            report,
        )
    }

    /// Removes packages, and the packages that only they need.
    pub(crate) fn remove(&self, names: &[String], python: &Path, report: &Report) -> Outcome<Packs> {
        let _busy = self.busy()?;
        let before = Lock::read(&self.lock_file())?;
        let mut lock = before.clone();
        for text in names {
            let name = requirement(text)?.name;
            if lock.find(&name).is_none() {
                return Err(PackFault::NotAdded { name: name.to_string() });
            }
            lock.requested.retain(|known| requirement(known).is_ok_and(|known| known.name != name));
            let others = lock.reachable(lock.names()?);
            if others.contains(&name) {
                let by = lock
                    .packages
                    .iter()
                    .find(|package| others.contains(&package.name) && package.needs.contains(&name));
                let by = by.map(|package| package.name.to_string()).unwrap_or_default();
                return Err(PackFault::Needed { name: name.to_string(), by });
            }
        }
        let needed = lock.reachable(lock.names()?);
        lock.packages.retain(|package| needed.contains(&package.name));
        let removed = self.put_into_effect(&before, lock, &Inside::new(python), report);
        removed.inspect_err(|_| self.sweep(&before))
    }

    /// Makes the site of `lock` unless it is also the site of the lock file `before`, and replaces the lock file.
    fn put_into_effect(&self, before: &Lock, mut lock: Lock, inside: &Inside, report: &Report) -> Outcome<Packs> {
        if !lock.packages.is_empty() {
            let name = site::name(&lock.packages, &inside.markers()?);
            let is_there = before.site.as_ref() == Some(&name) && self.sites().join(&name).is_dir();
            match is_there {
                true => lock.packages.clone_from(&before.packages),
                false => site::make(&self.sites().join(&name), &self.wheels(), &mut lock.packages, inside, report)?,
            }
            lock.site = Some(name);
        } else {
            lock.site = None;
        }
        lock.write(&self.lock_file())?;
        self.sweep(&lock);
        self.packs(&lock)
    }

    /// The packages, and their size on the disk.
    pub(crate) fn packs(&self, lock: &Lock) -> Outcome<Packs> {
        Ok(Packs { packages: lock.packs()?, bytes: disk::size(&self.folder) })
    }

    /// The folder of the science pack.
    pub(crate) fn science(&self) -> PathBuf {
        self.folder.join("science")
    }

    /// The versions in effect that stay: with a complete wheel, and not among the `named` ones, which are updated.
    fn kept(&self, lock: &Lock, named: &BTreeSet<PackageName>) -> BTreeMap<PackageName, Release> {
        let others = lock.packages.iter().filter(|package| !named.contains(&package.name));
        let release = |package: &Locked| {
            let path = self.wheels().join(&package.file);
            let version = Version::from_str(&package.version).ok()?;
            let is_whole = disk::sha256(&path).is_ok_and(|hash| hash == package.sha256);
            let (file, sha256, place) = (package.file.clone(), package.sha256.clone(), Location::Path(path));
            let wheel = RemoteWheel { file, sha256, place, python: None };
            is_whole.then(|| (package.name.clone(), Release { version, wheel: Some(wheel), has_wheels: true }))
        };
        others.filter_map(release).collect()
    }

    /// Puts the wheel of a package into the folder of wheels, unless it is there.
    fn fetch(&self, source: &Source, name: &PackageName, chosen: &Chosen, report: &Report) -> Outcome<()> {
        let to = self.wheels().join(&chosen.wheel.file);
        let is_here = disk::sha256(&to).is_ok_and(|hash| hash == chosen.wheel.sha256);
        if !is_here {
            match &chosen.wheel.place {
                Location::Path(path) => keep(path, &to)?,
                Location::Url { url, size, .. } => {
                    let download = Download { name: name.as_ref(), url, sha256: &chosen.wheel.sha256, size: *size };
                    keep(&source.index()?.download(&download, report)?, &to)?;
                }
            }
        }
        let opened = Wheel::open(&to)?;
        if opened.has_machine_code() {
            let (name, version) = (name.to_string(), chosen.version.to_string());
            return Err(PackFault::Native { name, version, by: String::new() });
        }
        Ok(())
    }

    /// Removes everything that is not in effect: other wheels, other sites, the rest of a killed change.
    pub(crate) fn sweep(&self, lock: &Lock) {
        site::remove(&self.downloads()).ok();
        site::sweep(&self.sites(), lock.site.as_deref());
        self.sweep_science(lock);
        for name in disk::names(&self.wheels()) {
            if !lock.packages.iter().any(|package| package.file == name) {
                fs::remove_file(self.wheels().join(name)).ok();
            }
        }
    }

    /// Makes the folders, and keeps other processes from changing them.
    pub(crate) fn busy(&self) -> Outcome<File> {
        for folder in [&self.folder, &self.wheels(), &self.sites()] {
            disk::make(folder)?;
        }
        let path = self.folder.join("busy");
        let file = disk::create(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(PackFault::Busy),
            Err(TryLockError::Error(error)) => disk::at(&path, Err(error)),
        }
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.folder.join("lock.json")
    }

    fn wheels(&self) -> PathBuf {
        self.folder.join("wheels")
    }

    fn sites(&self) -> PathBuf {
        self.folder.join("sites")
    }

    pub(crate) fn downloads(&self) -> PathBuf {
        self.folder.join("downloads")
    }
}

fn locked(name: PackageName, chosen: Chosen) -> Locked {
    let Chosen { version, wheel, needs } = chosen;
    Locked { name, version: version.to_string(), file: wheel.file, sha256: wheel.sha256, bytes: 0, needs }
}

/// The requirements after `names` were added to `requested`.
fn with(requested: &[String], names: &[String]) -> Outcome<Vec<String>> {
    let mut all = BTreeMap::new();
    for text in requested.iter().chain(names) {
        all.insert(requirement(text)?.name, text.trim().to_owned());
    }
    Ok(all.into_values().collect())
}
