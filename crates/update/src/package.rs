//! A package: fetched, checked, and installed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use runtray_engine::private;
use semver::Version;

use crate::fetch::{Content, fetch};
use crate::installation::Installation;
use crate::manifest::Release;
use crate::updater::Updater;
use crate::workplace::{Workplace, not_written};
use crate::{Result, archive, sentences as s, signature};

/// The most bytes of a package.
const PACKAGE_SIZE: u64 = 400 << 20;

/// A package whose signature is good. It is deleted with this value.
pub struct Package {
    work: Workplace,
    file: PathBuf,
    version: Version,
    installation: Installation,
}

/// The result of [`Package::install`].
#[derive(Debug)]
pub enum Installed {
    /// The new version is in place. A program that runs is the old one until it is started again.
    Replaced,
    /// The installer was started: it quits the app, replaces it, and starts it again.
    SetupStarted(Child),
}

impl Updater {
    /// Fetches a release and checks its signature. `progress` is called with the bytes so far, and all of them if that is known.
    ///
    /// # Errors
    /// The release cannot be fetched or stored, or Runtray's key has not signed it. Nothing is left of it then.
    pub fn fetch(&self, release: &Release, progress: impl FnMut(u64, Option<u64>)) -> Result<Package> {
        let content = fetch(&self.feed, &release.address, PACKAGE_SIZE, self.timeouts)?;
        Package::store(content, self, release, progress)
    }
}

impl Package {
    /// Stores the bytes of `content`, and checks their signature.
    ///
    /// # Errors
    /// The errors of [`Updater::fetch`].
    fn store(
        mut content: Content,
        updater: &Updater,
        release: &Release,
        mut progress: impl FnMut(u64, Option<u64>),
    ) -> Result<Self> {
        let target = updater.target()?;
        let work = Workplace::claim(&place(updater)?)?;
        let file = work.path(file_name(&updater.installation));
        let failed = |error: io::Error| not_written(&file, &error);
        let mut to = private::open(&file, File::options().write(true).create_new(true)).map_err(failed)?;
        let (mut buffer, mut read, size) = (vec![0; 64 << 10], 0, content.size);
        loop {
            progress(read, size);
            match content.read(&mut buffer)? {
                0 => break,
                more => {
                    to.write_all(&buffer[..more]).map_err(failed)?;
                    read += more as u64;
                }
            }
        }
        to.sync_all().map_err(failed)?;
        drop(to);
        signature::check(&file, release, &target, &updater.feed.key)?;
        let (version, installation) = (release.version.clone(), updater.installation.clone());
        Ok(Self { work, file, version, installation })
    }

    /// Installs it. The installer for Windows waits until the app runs no program before it quits the app, unless
    /// `ends_programs`. The archive and the AppImage are replaced at once.
    ///
    /// # Errors
    /// The installed version could not be replaced, and is unchanged.
    pub fn install(self, ends_programs: bool) -> Result<Installed> {
        match &self.installation {
            Installation::Archive(folder) => archive::install(&self.work, &self.file, folder, &self.version)?,
            Installation::AppImage(image) => replace_image(&self.file, image)?,
            Installation::Setup => return self.start_setup(ends_programs),
            other => return Err(other.advice().unwrap_or_else(|| s::UNKNOWN.message())),
        }
        Ok(Installed::Replaced)
    }

    /// The installer keeps the user's choices, and starts the app if it ran.
    fn start_setup(self, ends_programs: bool) -> Result<Installed> {
        let failed =
            |error: io::Error| s::SETUP_NOT_STARTED.with("version", self.version.to_string()).with("cause", &error);
        let setup =
            Command::new(&self.file).arg("/S").args((!ends_programs).then_some("/WAIT")).spawn().map_err(failed)?;
        self.work.keep();
        Ok(Installed::SetupStarted(setup))
    }
}

/// The folder that the package is made in.
fn place(updater: &Updater) -> Result<PathBuf> {
    let beside = |path: &Path| path.parent().map(Path::to_owned).ok_or_else(|| s::UNKNOWN.message());
    match &updater.installation {
        Installation::Archive(path) | Installation::AppImage(path) => beside(path),
        _ => {
            private::folder(&updater.cache).map_err(|error| not_written(&updater.cache, &error))?;
            Ok(updater.cache.clone())
        }
    }
}

/// Windows starts a file by its extension.
fn file_name(installation: &Installation) -> &'static str {
    if *installation == Installation::Setup { "Runtray-Setup.exe" } else { "package" }
}

/// The running program keeps the old file until it ends.
fn replace_image(new: &Path, image: &Path) -> Result<()> {
    let failed = |error: io::Error| not_written(image, &error);
    let permissions = fs::metadata(image).map_err(failed)?.permissions();
    fs::set_permissions(new, permissions).map_err(failed)?;
    fs::rename(new, image).map_err(failed)
}
