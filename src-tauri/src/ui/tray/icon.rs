//! The tray's icons: one for each state, drawn in `icons/` and written by `cargo xtask icons`.

use tauri::image::Image;
use tauri::include_image;

/// The states that the icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    /// The service waits for programs.
    Running,
    /// It runs some.
    Busy,
    /// It was stopped.
    Stopped,
    /// It does not run although it should.
    Problem,
}

/// The picture in the form that this system's tray wants.
#[cfg(target_os = "macos")]
pub(super) fn of(icon: Icon) -> Image<'static> {
    match icon {
        Icon::Running => include_image!("icons/tray/running-template.png"),
        Icon::Busy => include_image!("icons/tray/busy-template.png"),
        Icon::Stopped => include_image!("icons/tray/stopped-template.png"),
        Icon::Problem => include_image!("icons/tray/problem-template.png"),
    }
}

/// The picture in the form that this system's tray wants.
#[cfg(not(target_os = "macos"))]
pub(super) fn of(icon: Icon) -> Image<'static> {
    match icon {
        Icon::Running => include_image!("icons/tray/running.png"),
        Icon::Busy => include_image!("icons/tray/busy.png"),
        Icon::Stopped => include_image!("icons/tray/stopped.png"),
        Icon::Problem => include_image!("icons/tray/problem.png"),
    }
}
