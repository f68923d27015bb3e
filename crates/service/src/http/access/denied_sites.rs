//! Sites of which a page was denied in the last day: no page of theirs is offered for approval.
//!
//! The list is kept in a file, so that a restart does not end the day early.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use time::{Duration, OffsetDateTime};

use crate::platform::origin::Origin;
use runtray_engine::private;

/// How long a site is not offered.
const REST: Duration = Duration::days(1);
/// The most sites that are kept; beyond that the oldest denial is forgotten.
const MOST: usize = 500;

/// When a site may be offered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Until(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

/// The sites.
#[derive(Default)]
pub(crate) struct DeniedSites {
    /// Where they are kept, if anywhere.
    file: Option<PathBuf>,
    sites: Mutex<BTreeMap<String, Until>>,
}

impl DeniedSites {
    /// The sites that `file` names. A file that cannot be read counts as empty, which the log says.
    pub(crate) fn open(file: PathBuf) -> Self {
        let read = || -> io::Result<_> { Ok(serde_json::from_slice(&fs::read(&file)?)?) };
        let sites = read().unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, file = %file.display(), "the list of denied sites cannot be read; it starts empty");
            }
            BTreeMap::new()
        });
        Self { file: Some(file), sites: Mutex::new(sites) }
    }

    /// Starts the day of the page's site.
    pub(crate) fn add(&self, page: &Origin, now: OffsetDateTime) {
        let mut sites = self.lock();
        sites.retain(|_, until| until.0 > now);
        sites.insert(page.site(), Until(now + REST));
        while sites.len() > MOST {
            let oldest = sites.iter().min_by_key(|(_, until)| **until).map(|(site, _)| site.clone());
            sites.remove(&oldest.unwrap_or_default());
        }
        self.save(&sites);
    }

    /// Ends it: the user decided anew about a page of the site.
    pub(crate) fn remove(&self, page: &Origin) {
        let mut sites = self.lock();
        if sites.remove(&page.site()).is_some() {
            self.save(&sites);
        }
    }

    /// When pages of this one's site may be offered again, if not now.
    pub(crate) fn until(&self, page: &Origin, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.lock().get(&page.site()).map(|until| until.0).filter(|until| *until > now)
    }

    fn save(&self, sites: &BTreeMap<String, Until>) {
        let Some(file) = &self.file else { return };
        let write = || -> io::Result<()> {
            let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
            private::folder(folder)?;
            // Replaced atomically. A temporary file is private to its owner.
            let mut new = NamedTempFile::with_prefix_in(".denied-", folder)?;
            new.write_all(&serde_json::to_vec_pretty(sites)?)?;
            new.persist(file)?;
            Ok(())
        };
        if let Err(error) = write() {
            tracing::warn!(%error, file = %file.display(), "the list of denied sites holds only until Runtray ends");
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Until>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use time::{Duration, OffsetDateTime};

    use super::{DeniedSites, MOST, REST};
    use crate::platform::origin::Origin;

    fn origin(text: &str) -> Origin {
        text.parse().expect(text)
    }

    const NOON: OffsetDateTime = time::macros::datetime!(2026-11-26 12:00 UTC);

    #[test]
    fn a_site_rests_for_a_day_and_across_restarts() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("data/denied-sites.json");
        DeniedSites::open(file.clone()).add(&origin("https://ads.example.co.uk"), NOON);
        let sites = DeniedSites::open(file);
        for page in ["https://example.co.uk", "http://other.example.co.uk:8080", "https://ads.example.co.uk"] {
            assert_eq!(sites.until(&origin(page), NOON + REST - Duration::SECOND), Some(NOON + REST), "{page}");
            assert_eq!(sites.until(&origin(page), NOON + REST), None, "{page}");
        }
        assert_eq!(sites.until(&origin("https://another.co.uk"), NOON), None);
        sites.remove(&origin("https://example.co.uk"));
        assert_eq!(sites.until(&origin("https://ads.example.co.uk"), NOON), None);
    }

    #[test]
    fn an_unreadable_list_starts_empty_and_a_long_one_forgets_the_oldest() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("denied-sites.json");
        fs::write(&file, "[1, 2").expect("a file");
        let sites = DeniedSites::open(file);
        for number in 0..=MOST {
            sites.add(&origin(&format!("https://site{number}.example")), NOON + Duration::seconds(number as i64));
        }
        assert_eq!(sites.until(&origin("https://site0.example"), NOON), None);
        assert!(sites.until(&origin("https://site1.example"), NOON).is_some());
    }
}
