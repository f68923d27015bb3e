//! The parts that the user sees: tray, window, notifications, clipboard.

pub(crate) mod clipboard;
pub(crate) mod notifications;
pub(crate) mod tray;
pub(crate) mod updates;
mod webview;
pub(crate) mod window;
