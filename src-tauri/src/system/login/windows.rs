//! The registry key of this user's login items.
//!
//! Without Tauri's plugin: it would put an administrator's choice on the list of all users, and a path with spaces without
//! quotes. No path holds a quote here, and the value's type has nothing in it replaced.

use auto_launch::{AutoLaunch, WindowsEnableMode};
use runtray_service::paths::Paths;

use super::LoginItems;

/// The key.
pub(super) struct Items;

impl Items {
    pub(super) fn new(_places: &Paths) -> Self {
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
