//! The file that says where the running service is, for programs that look for it on this machine.
//!
//! Whoever reads it must be ready for a service that is gone: one that was killed leaves its file behind.

use std::fs;
use std::io::{self, Write as _};

use runtray_engine::private;
use tempfile::NamedTempFile;

use crate::platform::paths::Paths;

/// Where the service of these folders runs, as `http://localhost:5000`, when it said so.
pub fn find(paths: &Paths) -> Option<String> {
    let text = fs::read_to_string(paths.address_file()).ok()?;
    Some(text.trim().to_owned()).filter(|url| !url.is_empty())
}

/// Says that the service runs at `url`. Without it the service is only not found by itself.
pub(crate) fn announce(paths: &Paths, url: &str) {
    if let Err(error) = write(paths, url) {
        tracing::warn!(%error, "could not write where the service is; `runtray run` will not find it");
    }
}

/// Takes that back, unless another service says so by now.
pub(crate) fn withdraw(paths: &Paths, url: &str) {
    if find(paths).as_deref() == Some(url) {
        let _ = fs::remove_file(paths.address_file());
    }
}

fn write(paths: &Paths, url: &str) -> io::Result<()> {
    private::folder(&paths.data)?;
    // Replaced in one step, so that nobody reads half of it; a temporary file belongs to its owner alone.
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
    fn only_the_last_service_takes_its_word_back() {
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
