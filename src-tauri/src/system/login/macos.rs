//! The launch agent of this user.

use std::path::PathBuf;

use runtray_service::paths::Paths;

use super::{LoginItems, launch_agent, program, remove, write};

/// The agent's file.
pub(super) struct Items(Option<PathBuf>);

impl Items {
    pub(super) fn new(_paths: &Paths) -> Self {
        let items = Self(std::env::home_dir().map(|home| home.join("Library/LaunchAgents/Runtray.plist")));
        items.mend();
        items
    }

    /// Replaces the agent of an earlier version, which did not escape the path.
    fn mend(&self) {
        let present = self.file().and_then(|file| std::fs::read_to_string(file).map_err(|error| error.to_string()));
        if present.is_ok_and(|text| !launch_agent::is_ours(&text))
            && let Err(error) = self.set(true)
        {
            tracing::warn!(error, "the login entry of an earlier version could not be replaced");
        }
    }

    fn file(&self) -> Result<&PathBuf, String> {
        self.0.as_ref().ok_or_else(|| "this user has no home folder".to_owned())
    }
}

impl LoginItems for Items {
    fn contains(&self) -> Result<bool, String> {
        Ok(self.file()?.exists())
    }

    fn set(&self, on: bool) -> Result<(), String> {
        let file = self.file()?;
        if on { write(file, &launch_agent::text(&program()?)?) } else { remove(file) }
    }
}
