//! The desktop shell: tray, window, notifications, start at login. Only this crate and the benchmark's minimal app know Tauri.
//!
//! Rooms, each of which uses only rooms below it (`tests/tidy/rooms.rs`): `app` wires Tauri, `commands` serve the window, `ui` is
//! tray, window and notifications, `state` owns the service, `system` is the interface to the operating system.

mod app;
mod args;
mod assistants;
mod commands;
mod headless;
mod i18n;
mod model;
mod sentences;
mod state;
mod system;
#[cfg(test)]
mod tests;
mod ui;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use runtray_service::log;

use state::AppState;
use system::instance::{self, Claim};
use system::native_dialog;
use system::preflight::Preflight;
use system::shutdown::Shutdown;

/// Runs the app with its command line.
pub fn run() -> ExitCode {
    match args::Args::try_parse().map(try_run) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            native_dialog::say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
        Err(usage) => native_dialog::tell_usage(&usage),
    }
}

fn try_run(args: args::Args) -> anyhow::Result<ExitCode> {
    let paths = state::paths()?;
    let _log = log::init(&paths.log_folder(), false);
    let runtime = tokio::runtime::Runtime::new().context("cannot start the threads that serve")?;
    tauri::async_runtime::set(runtime.handle().clone());
    let _entered = runtime.enter();
    let mut instance = match instance::claim(&paths.data, args.launch_request())? {
        Claim::First(instance) if !args.quit => instance,
        Claim::First(_) => {
            // Show no dialog: an uninstaller quits the app when no user may be there to close one.
            eprintln!("runtray-desktop: Runtray is not running");
            return Ok(ExitCode::SUCCESS);
        }
        Claim::Told => return Ok(ExitCode::SUCCESS),
    };
    let shutdown = Shutdown::default();
    let requests = instance.listen(&shutdown);
    let Preflight { no_display, no_tray } = Preflight::check();
    let app_state = Arc::new(AppState::new(args.port, paths, no_tray));
    Ok(match no_display {
        Some(reason) => headless::serve(&runtime, app_state, shutdown, requests, &reason),
        None => app::run(app_state, args, shutdown, requests),
    })
}
