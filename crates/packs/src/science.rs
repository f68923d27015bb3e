//! The science pack: a second Python, with numpy, pandas, matplotlib, scipy and more linked into it.
//!
//! Its wheel is pinned by version and hash. It is compiled on this machine by another program, in a folder that is moved into
//! its place when it is complete: a killed change leaves the earlier one. The wheel stays, so that compiling it again after an
//! update needs no network.

mod image;

use std::fs;
use std::path::{Path, PathBuf};

use pep508_rs::PackageName;
use runtray_wire::{PackFault, PackStep, Packs};

use crate::arguments::Add;
use crate::index::{Download, Index};
use crate::inside::Inside;
use crate::lock::{Lock, Science};
use crate::release::Location;
use crate::science_wheel::{DISTRIBUTION, FILE, NAME, VERSION};
use crate::store::Store;
use crate::wheel::keep;
use crate::{Outcome, Report, disk, site};

/// The program that compiles it, beside the built-in Python.
const COMPILER: &str = if cfg!(windows) { "runtray-python-compile.exe" } else { "runtray-python-compile" };

/// The ends of the names of files that are not whole yet. A download is continued.
const UNFINISHED: &str = "unfinished";
const PART: &str = "part";

impl Store {
    /// Adds the science pack, or compiles it again if it does not run.
    pub(crate) fn add_science(&self, add: &Add, report: &Report) -> Outcome<Packs> {
        let compiler = add.python.with_file_name(COMPILER);
        if !compiler.is_file() {
            return Err(PackFault::NoScience);
        }
        let _busy = self.busy()?;
        disk::make(&self.science())?;
        let lock = Lock::read(&self.lock_file())?;
        self.sweep(&lock);
        let runs = |science: &Science| Inside::new(&add.python).runs(&self.science().join(&science.image));
        if lock.science.as_ref().is_some_and(runs) {
            return self.packs(&lock);
        }
        let made = self.wheel(add, report).and_then(|wheel| self.compile(&wheel, &compiler, report));
        let science = made.inspect_err(|_| self.sweep(&lock))?;
        let lock = Lock { science: Some(Science { sha256: add.science_sha256.clone(), ..science }), ..lock };
        lock.write(&self.lock_file())?;
        self.sweep(&lock);
        self.packs(&lock)
    }

    /// Removes it. A program that runs keeps its folder until it has ended.
    pub(crate) fn remove_science(&self) -> Outcome<Packs> {
        let _busy = self.busy()?;
        let mut lock = Lock::read(&self.lock_file())?;
        let (wheel, part) = (self.science().join(FILE), self.science().join(FILE).with_extension(PART));
        if lock.science.take().is_none() && !wheel.exists() && !part.exists() {
            return Err(PackFault::NotAdded { name: NAME.to_owned() });
        }
        lock.write(&self.lock_file())?;
        for file in [wheel, part] {
            fs::remove_file(file).ok();
        }
        self.sweep(&lock);
        self.packs(&lock)
    }

    /// Removes the rest of a killed change, and folders that are not in effect.
    pub(crate) fn sweep_science(&self, lock: &Lock) {
        let used = lock.science.as_ref().map(|science| science.image.as_str());
        site::sweep(&self.science(), used);
        fs::remove_file(self.science().join(FILE).with_extension(UNFINISHED)).ok();
    }

    /// The wheel: the stored one, the given one, or the one of the index.
    fn wheel(&self, add: &Add, report: &Report) -> Outcome<PathBuf> {
        let wheel = self.science().join(FILE);
        let is_wanted = |file: &Path| Ok::<_, PackFault>(disk::sha256(file)? == add.science_sha256);
        if wheel.exists() && is_wanted(&wheel)? {
            return Ok(wheel);
        }
        match add.from.as_slice() {
            [] => self.fetch_science(&wheel, add, report)?,
            given => {
                let inside = |path: &PathBuf| if path.is_dir() { path.join(FILE) } else { path.clone() };
                let file = given.iter().map(inside).next_back().unwrap_or_default();
                if !is_wanted(&file)? {
                    let (file, sha256) = (file.display().to_string(), add.science_sha256.clone());
                    return Err(PackFault::OtherWheel { file, wanted: FILE.to_owned(), sha256 });
                }
                keep(&file, &wheel)?;
            }
        }
        Ok(wheel)
    }

    fn fetch_science(&self, wheel: &Path, add: &Add, report: &Report) -> Outcome<()> {
        let index = Index::find(add.own_python.as_deref(), &self.downloads())?;
        report.progress(PackStep::Resolve, DISTRIBUTION, 0, 0);
        let unknown = || PackFault::Unknown { name: format!("{DISTRIBUTION} {VERSION}"), by: NAME.to_owned() };
        let name: PackageName = DISTRIBUTION.parse().map_err(|_| unknown())?;
        let mut wheels = index.releases(&name, NAME)?.into_iter().filter_map(|release| release.wheel);
        let found = wheels.find(|wheel| wheel.sha256 == add.science_sha256).ok_or_else(unknown)?;
        let Location::Url { url, size, .. } = &found.place else { return Err(unknown()) };
        let part = wheel.with_extension(PART);
        index.resume(&Download { name: NAME, url, sha256: &found.sha256, size: *size }, &part, report)?;
        disk::at(wheel, fs::rename(&part, wheel))
    }

    /// Unpacks and compiles it, and puts the folder into its place.
    fn compile(&self, wheel: &Path, compiler: &Path, report: &Report) -> Outcome<Science> {
        let unfinished = self.science().join(UNFINISHED);
        site::remove(&unfinished)?;
        disk::make(&unfinished)?;
        image::unpack(wheel, &unfinished, report)?;
        image::compile(compiler, &unfinished, report)?;
        let name = image::name(&unfinished)?;
        let bytes = disk::size(&unfinished) + disk::size(wheel);
        let place = self.science().join(&name);
        let lock = site::lock_of(&place);
        disk::create(&lock)?;
        site::remove(&place)?;
        disk::at(&place, fs::rename(&unfinished, &place))?;
        Ok(Science { image: name, version: VERSION.to_owned(), sha256: String::new(), bytes })
    }
}
