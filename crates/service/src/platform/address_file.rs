//! The address file: tells other programs on this machine the URL of the running service.
//!
//! A service that was killed leaves its file behind, so readers must expect that nothing listens at the address.

use std::fs;
use std::io::{self, Write as _};

use runtray_engine::private;
use tempfile::NamedTempFile;

use crate::platform::paths::Paths;

/// The URL of the service that uses these folders, such as `http://localhost:5000`, if the file names one.
pub fn find(paths: &Paths) -> Option<String> {
    let text = fs::read_to_string(paths.address_file()).ok()?;
    Some(text.trim().to_owned()).filter(|url| !url.is_empty())
}

/// Writes `url` to the file. If that fails, the service runs, but other programs do not find it.
pub(crate) fn announce(paths: &Paths, url: &str) {
    if let Err(error) = write(paths, url) {
        tracing::warn!(%error, "could not write the address file; `runtray run` will not find the service");
    }
}

/// Removes the file, unless another service has written its own URL meanwhile.
pub(crate) fn withdraw(paths: &Paths, url: &str) {
    if find(paths).as_deref() == Some(url) {
        let _ = fs::remove_file(paths.address_file());
    }
}

fn write(paths: &Paths, url: &str) -> io::Result<()> {
    private::folder(&paths.data)?;
    // Replaced atomically, so that nobody reads half of it. A temporary file is private to its owner.
    let mut file = NamedTempFile::with_prefix_in(".address-", &paths.data)?;
    writeln!(file, "{url}")?;
    file.persist(paths.address_file())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{announce, find, withdraw};
    use crate::platform::paths::Paths;

    #[test]
    fn a_service_removes_only_its_own_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |name: &str| folder.path().join(name);
        let paths = Paths { config: below("config"), data: below("data"), runs: below("runs") };
        assert_eq!(find(&paths), None);
        announce(&paths, "http://localhost:1");
        announce(&paths, "http://localhost:2");
        withdraw(&paths, "http://localhost:1");
        assert_eq!(find(&paths).as_deref(), Some("http://localhost:2"));
        withdraw(&paths, "http://localhost:2");
        assert_eq!(find(&paths), None);
    }
}
