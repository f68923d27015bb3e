//! The file that says where the running service is, for programs that look for it on this machine.
//!
//! Whoever reads it must be ready for a service that is gone: one that was killed leaves its file behind.

use std::fs;
use std::io::{self, Write as _};

use runtray_engine::private;
use tempfile::NamedTempFile;

use crate::platform::paths::Places;

/// Where the service of these folders runs, as `http://localhost:5000`, when it said so.
pub fn find(places: &Places) -> Option<String> {
    let text = fs::read_to_string(places.address_file()).ok()?;
    Some(text.trim().to_owned()).filter(|url| !url.is_empty())
}

/// Says that the service runs at `url`. Without it the service is only not found by itself.
pub(crate) fn announce(places: &Places, url: &str) {
    if let Err(error) = write(places, url) {
        tracing::warn!(%error, "could not write where the service is; `runtray run` will not find it");
    }
}

/// Takes that back, unless another service says so by now.
pub(crate) fn withdraw(places: &Places, url: &str) {
    if find(places).as_deref() == Some(url) {
        let _ = fs::remove_file(places.address_file());
    }
}

fn write(places: &Places, url: &str) -> io::Result<()> {
    private::folder(&places.data)?;
    // Replaced in one step, so that nobody reads half of it; a temporary file belongs to its owner alone.
    let mut file = NamedTempFile::with_prefix_in(".address-", &places.data)?;
    writeln!(file, "{url}")?;
    file.persist(places.address_file())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{announce, find, withdraw};
    use crate::platform::paths::Places;

    #[test]
    fn only_the_last_service_takes_its_word_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |name: &str| folder.path().join(name);
        let places = Places { config: below("config"), data: below("data"), runs: below("runs") };
        assert_eq!(find(&places), None);
        announce(&places, "http://localhost:1");
        announce(&places, "http://localhost:2");
        withdraw(&places, "http://localhost:1");
        assert_eq!(find(&places).as_deref(), Some("http://localhost:2"));
        withdraw(&places, "http://localhost:2");
        assert_eq!(find(&places), None);
    }
}
