//! The app for Windows under Wine, on its own display: started, clicked, and sent requests.
//!
//! `cargo xtask test --only windows` builds the app and runs these tests. They are ignored elsewhere: they need that build.

#[cfg(target_os = "linux")]
mod app;
#[cfg(target_os = "linux")]
mod ending;
#[cfg(target_os = "linux")]
mod message;
#[cfg(target_os = "linux")]
#[path = "../desktop/port.rs"]
mod port;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
#[path = "../desktop/server.rs"]
mod server;
#[cfg(target_os = "linux")]
mod serving;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod setup;
#[cfg(target_os = "linux")]
mod tray;
