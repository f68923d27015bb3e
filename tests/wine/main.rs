//! The app as it is built for Windows, under Wine: started, clicked and spoken to from outside, on a display of its own.
//!
//! `cargo xtask test --only windows` builds it and runs these. They are ignored elsewhere, as they need what was built.

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
mod tray;
