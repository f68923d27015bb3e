//! Black-box tests of the real program. Each test starts `runtray` as a user would, in its own folder.

mod builtin;
mod cli;
#[cfg(target_os = "linux")]
mod clients;
#[cfg(target_os = "linux")]
mod container;
mod containment;
mod guard;
mod harness;
mod programs;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(target_os = "macos")]
#[path = "sandbox/macos.rs"]
mod sandbox_macos;
#[cfg(windows)]
#[path = "sandbox/windows/mod.rs"]
mod sandbox_on_windows;
mod service;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(unix)]
mod warm;
