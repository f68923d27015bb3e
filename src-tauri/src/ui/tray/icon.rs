//! The tray's icons: one for each state, drawn in `icons/` and written by `cargo xtask icons`.

use tauri::image::Image;
use tauri::include_image;

/// The states that the icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    /// The service runs and is idle.
    Running,
    /// The service runs programs.
    Busy,
    /// The service was stopped.
    Stopped,
    /// The service has failed.
    Problem,
}

/// The icon in the format of this system's tray.
#[cfg(target_os = "macos")]
pub(super) fn of(icon: Icon) -> Image<'static> {
    match icon {
        Icon::Running => include_image!("icons/tray/running-template.png"),
        Icon::Busy => include_image!("icons/tray/busy-template.png"),
        Icon::Stopped => include_image!("icons/tray/stopped-template.png"),
        Icon::Problem => include_image!("icons/tray/problem-template.png"),
    }
}

/// The icon in the format of this system's tray.
#[cfg(not(target_os = "macos"))]
pub(super) fn of(icon: Icon) -> Image<'static> {
    match icon {
        Icon::Running => include_image!("icons/tray/running.png"),
        Icon::Busy => include_image!("icons/tray/busy.png"),
        Icon::Stopped => include_image!("icons/tray/stopped.png"),
        Icon::Problem => include_image!("icons/tray/problem.png"),
    }
}
