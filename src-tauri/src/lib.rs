//! The desktop shell: tray, window, notifications, start at login. The only crate that knows Tauri.
//!
//! `desk` owns the service and all that is shown of it; `app` wires Tauri's parts to it; everything else shows or asks.

mod actions;
mod app;
mod args;
mod commands;
mod desk;
mod ending;
mod follow;
mod headless;
mod i18n;
mod instance;
mod login;
mod message;
mod model;
mod notices;
mod problems;
mod sentences;
mod surroundings;
#[cfg(test)]
mod tests;
mod tray;
#[cfg(target_os = "linux")]
mod webkit;
mod webview;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use runtray_service::log;

use ending::Ending;
use instance::Claim;

/// Runs the app as the command line says.
pub fn run() -> ExitCode {
    match args::Args::try_parse().map(try_run) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            message::say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
        Err(usage) => message::tell_usage(&usage),
    }
}

fn try_run(args: args::Args) -> anyhow::Result<ExitCode> {
    let places = desk::places()?;
    let _log = log::init(&places.log_folder(), false);
    let runtime = tokio::runtime::Runtime::new().context("cannot start the threads that serve")?;
    tauri::async_runtime::set(runtime.handle().clone());
    let _entered = runtime.enter();
    let mut instance = match instance::claim(&places.data, args.wish())? {
        Claim::First(instance) if !args.quit => instance,
        Claim::First(_) => {
            message::say("Runtray is not running");
            return Ok(ExitCode::SUCCESS);
        }
        Claim::Told => return Ok(ExitCode::SUCCESS),
    };
    let ending = Ending::default();
    let wishes = instance.listen(&ending);
    let surroundings::Surroundings { no_display, no_tray } = surroundings::Surroundings::look();
    let desk = Arc::new(desk::Desk::new(&args, places, no_tray));
    Ok(match no_display {
        Some(reason) => headless::serve(&runtime, desk, ending, wishes, &reason),
        None => app::run(desk, args, ending, wishes),
    })
}
