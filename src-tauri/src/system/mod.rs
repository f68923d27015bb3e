//! Interfaces to the operating system: login items, the single instance, signals, native dialogs, checks of the desktop session.
//!
//! `instance` makes the app the only one of its data folder. `preflight` checks display, bus and tray before Tauri starts.
//! `taskbar` names the app for the taskbar of Windows; `webkit` frees the memory of a closed window on Linux.

pub(crate) mod instance;
pub(crate) mod login;
pub(crate) mod native_dialog;
pub(crate) mod preflight;
pub(crate) mod product;
pub(crate) mod shutdown;
#[cfg(windows)]
pub(crate) mod taskbar;
#[cfg(target_os = "linux")]
pub(crate) mod webkit;
