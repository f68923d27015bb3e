//! The desktop app as a user runs it: the real program, on its own display and session bus.

#[cfg(target_os = "linux")]
mod app;
#[cfg(target_os = "linux")]
mod approvals;
#[cfg(target_os = "linux")]
mod connect_view;
#[cfg(target_os = "linux")]
mod console_view;
#[cfg(target_os = "linux")]
mod ending;
#[cfg(target_os = "linux")]
mod file_dialog;
#[cfg(target_os = "linux")]
mod first_steps;
#[cfg(target_os = "linux")]
mod instance;
#[cfg(target_os = "linux")]
mod log_view;
#[cfg(target_os = "linux")]
mod long_log;
#[cfg(target_os = "linux")]
mod menu;
#[cfg(target_os = "linux")]
mod notifications;
#[cfg(target_os = "linux")]
mod outliving;
#[cfg(target_os = "linux")]
mod pictures;
#[cfg(target_os = "linux")]
mod pointer;
#[cfg(target_os = "linux")]
mod port;
#[cfg(target_os = "linux")]
mod ports;
#[cfg(target_os = "linux")]
mod problems;
#[cfg(target_os = "linux")]
mod pythons;
#[cfg(target_os = "linux")]
mod reach;
#[cfg(target_os = "linux")]
mod reopening;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod settings_view;
#[cfg(target_os = "linux")]
#[path = "../harness/skip.rs"]
mod skip;
#[cfg(target_os = "linux")]
mod tray;
#[cfg(target_os = "linux")]
mod webdriver;
#[cfg(target_os = "linux")]
mod window;
#[cfg(target_os = "linux")]
mod without;
