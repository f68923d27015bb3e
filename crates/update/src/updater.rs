//! Looking for a new version.

use std::path::PathBuf;

use semver::Version;

use crate::feed::Feed;
use crate::fetch::{Timeouts, fetch};
use crate::installation::Installation;
use crate::manifest::{Manifest, Release};
use crate::{Result, sentences as s};

/// The most bytes of a feed.
const FEED_SIZE: u64 = 256 << 10;

/// Looks for new versions of one installation.
#[derive(Debug, Clone)]
pub struct Updater {
    /// Where new versions are announced.
    pub feed: Feed,
    /// The installation to update.
    pub installation: Installation,
    /// The version that is installed.
    pub current: Version,
    /// How long the server may take.
    pub timeouts: Timeouts,
    /// A folder for packages that are not stored next to the files that they replace. It may be deleted at any time.
    pub cache: PathBuf,
}

/// The content of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The newest version.
    pub newest: Version,
    /// That version, if it is newer than the installed one.
    pub release: Option<Release>,
}

impl Updater {
    /// Updates of this program from `feed`.
    ///
    /// # Errors
    /// The feed has no packages for this installation; the error says how to update it.
    pub fn of_this_program(feed: Feed, cache: PathBuf) -> Result<Self> {
        let installation = Installation::of_this_program();
        let current = Version::parse(env!("CARGO_PKG_VERSION")).unwrap_or_else(|_| Version::new(0, 0, 0));
        match (installation.target(), installation.advice()) {
            (None, Some(advice)) => Err(advice),
            _ => Ok(Self { feed, installation, current, timeouts: Timeouts::default(), cache }),
        }
    }

    /// Asks the feed.
    ///
    /// # Errors
    /// The feed does not answer, or its answer cannot be used.
    pub fn check(&self) -> Result<Answer> {
        let address = &self.feed.address;
        let json = fetch(&self.feed, address, FEED_SIZE, self.timeouts)?.whole()?;
        let manifest = Manifest::parse(&json, address)?;
        let is_newer = manifest.version > self.current;
        let release = is_newer.then(|| manifest.release(&self.target()?, address)).transpose()?;
        Ok(Answer { newest: manifest.version, release })
    }

    /// The feed's name for packages of this installation.
    pub(crate) fn target(&self) -> Result<String> {
        self.installation.target().ok_or_else(|| s::UNKNOWN.message())
    }
}
