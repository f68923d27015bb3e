//! `runtray-desktop`: Runtray in the system tray.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    runtray_engine::enter_and_fork();
    runtray_desktop::run()
}
