//! New versions, as the window shows them.

use runtray_engine::message::LocalizedMessage;
use runtray_service::to_wire::words;
use runtray_update::Release;
use runtray_wire::Words;
use serde::Serialize;
use ts_rs::TS;

/// The installed version, and the news about a newer one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct VersionNews {
    /// The version that runs.
    pub(crate) installed: String,
    /// Whether there is a feed that can be asked.
    pub(crate) has_feed: bool,
    /// Why the app does not install new versions itself, and what to do; `None` if it does.
    pub(crate) advice: Option<Words>,
    pub(crate) step: VersionStep,
}

/// How far looking for a new version, or its installation, has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum VersionStep {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// The feed is being asked.
    Looking,
    /// The installed version is the newest.
    Newest,
    /// There is a newer one.
    Found { found: NewVersion },
    /// It is being fetched.
    Fetching { found: NewVersion, percent: Option<u32> },
    /// It is fetched and checked, and waits until these many programs have ended.
    Waiting { found: NewVersion, programs: usize },
    /// It is being put in place.
    Installing { found: NewVersion },
    /// It is in place, and is used from the next start on.
    Installed { found: NewVersion },
    /// Looking or installing failed.
    Failed { reason: Words },
}

/// A version that is newer than the installed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct NewVersion {
    pub(crate) version: String,
    /// The day of its publication, if the feed says it.
    pub(crate) date: String,
    /// Its news: plain text.
    pub(crate) notes: String,
}

impl VersionStep {
    /// The step after a failure.
    pub(crate) fn failed(reason: &LocalizedMessage) -> Self {
        Self::Failed { reason: words(reason) }
    }

    /// Whether something is being done, so that nothing else can begin.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Looking | Self::Fetching { .. } | Self::Waiting { .. } | Self::Installing { .. })
    }
}

impl From<&Release> for NewVersion {
    fn from(release: &Release) -> Self {
        Self { version: release.version.to_string(), date: release.date.clone(), notes: release.notes.clone() }
    }
}
