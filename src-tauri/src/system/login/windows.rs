//! The registry key of this user's login items.
//!
//! Tauri's plugin is not used: it would add an administrator's choice to the list of all users, and it does not quote a path with
//! spaces. A path on Windows contains no quotes, and the type of the value does not expand variables.

use auto_launch::{AutoLaunch, WindowsEnableMode};
use runtray_service::paths::Paths;

use super::LoginItems;

/// The key.
pub(super) struct Items;

impl Items {
    pub(super) fn new(_paths: &Paths) -> Self {
        Self
    }
}

impl LoginItems for Items {
    fn contains(&self) -> Result<bool, String> {
        entry()?.is_enabled().map_err(|error| error.to_string())
    }

    fn set(&self, on: bool) -> Result<(), String> {
        let entry = entry()?;
        if on { entry.enable() } else { entry.disable() }.map_err(|error| error.to_string())
    }
}

fn entry() -> Result<AutoLaunch, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let quoted = format!("\"{}\"", program.display());
    Ok(AutoLaunch::new("Runtray", &quoted, WindowsEnableMode::CurrentUser, &["--hidden"]))
}
