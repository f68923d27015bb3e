//! The packages that the user added to the built-in Python.
//!
//! `runtray-packs` keeps them in a folder. Its lock file names the folder of modules that programs see; each change makes another
//! one, so that an interpreter that waits with the old one is not used any more.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::fingerprint::FileState;

/// The lock file in the folder of the packages.
const LOCK: &str = "lock.json";

/// The folder with the folders of modules.
const SITES: &str = "sites";

/// The folder with the packages of the science pack.
const SCIENCE: &str = "science";

/// The packages at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packages {
    lock: PathBuf,
    /// Taken before the lock file was read.
    state: Option<FileState>,
    /// The folder of modules, if there are packages.
    pub(crate) site: Option<PathBuf>,
    /// The folder of the science pack, if it was added.
    pub(crate) science: Option<PathBuf>,
}

/// The part of the lock file that matters here.
#[derive(Deserialize)]
struct Lock {
    site: Option<String>,
    science: Option<Science>,
}

#[derive(Deserialize)]
struct Science {
    image: String,
}

impl Packages {
    /// The packages in `folder` now. A folder that cannot be read has none.
    pub(crate) fn of(folder: &Path) -> Self {
        let lock = folder.join(LOCK);
        let state = FileState::of(&lock);
        let read = fs::read(&lock).ok().and_then(|text| serde_json::from_slice::<Lock>(&text).ok());
        let (site, science) = read.map_or((None, None), |lock| (lock.site, lock.science.map(|science| science.image)));
        let place = |kind: &str, name: Option<String>| {
            let name = name.filter(|name| is_name(name))?;
            Some(folder.join(kind).join(name)).filter(|place| place.is_dir())
        };
        Self { lock, state, site: place(SITES, site), science: place(SCIENCE, science) }
    }

    /// Whether nothing has changed since.
    pub(crate) fn is_current(&self) -> bool {
        FileState::of(&self.lock) == self.state
    }
}

/// Whether it is a name that `runtray-packs` gives: a hash.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Packages;

    #[test]
    fn a_change_of_the_lock_file_is_another_site() {
        let folder = tempfile::tempdir().expect("a folder");
        let none = Packages::of(folder.path());
        assert!(none.is_current() && none.site.is_none());
        let site = folder.path().join("sites/ab12");
        fs::create_dir_all(&site).expect("a folder");
        fs::write(folder.path().join("lock.json"), r#"{"site": "ab12", "packages": []}"#).expect("a file");
        assert!(!none.is_current());
        let some = Packages::of(folder.path());
        assert_eq!((some.is_current(), some.site.as_deref()), (true, Some(site.as_path())));
        for bad in ["", "{}", r#"{"site": null}"#, r#"{"site": ".."}"#, r#"{"site": ""}"#, r#"{"site": "cd"}"#] {
            fs::write(folder.path().join("lock.json"), bad).expect("a file");
            assert_eq!(Packages::of(folder.path()).site, None, "{bad}");
        }
        assert!(!some.is_current());
    }

    #[test]
    fn the_science_pack_is_there_when_its_folder_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = r#"{"site": null, "packages": [], "science": {"image": "0f"}}"#;
        fs::write(folder.path().join("lock.json"), lock).expect("a file");
        assert_eq!(Packages::of(folder.path()).science, None);
        let image = folder.path().join("science/0f");
        fs::create_dir_all(&image).expect("a folder");
        assert_eq!(Packages::of(folder.path()).science, Some(image));
        fs::write(folder.path().join("lock.json"), lock.replace("0f", "../science/0f")).expect("a file");
        assert_eq!(Packages::of(folder.path()).science, None);
    }
}
