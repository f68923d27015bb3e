//! `runtray mcp`: serves an assistant on standard input and output.
//!
//! The running service runs its programs, so that they are in the log and start at once; without one, this process does. That is
//! decided anew for every call, as the service may be started or stopped meanwhile.

mod anywhere;
mod via_service;

use std::process::ExitCode;

use runtray_service::mcp;
use runtray_service::settings::SettingsStore;

use super::configuration::settings;
use super::stop::asked_to_stop;
use anywhere::Anywhere;

/// Serves until the assistant closes our standard input, or we are asked to stop.
pub(crate) async fn mcp() -> anyhow::Result<ExitCode> {
    // The assistant may stay for days, so the settings are followed. Their problems are printed once, at the start.
    let (paths, _) = settings()?;
    let store = SettingsStore::open(&paths.settings_file());
    let backend = Anywhere::new(paths, store);
    let stop = async {
        if asked_to_stop().await.is_err() {
            // Without signals, the end of the input is left.
            std::future::pending::<()>().await;
        }
    };
    let served = mcp::serve(backend.clone(), tokio::io::stdin(), tokio::io::stdout(), stop).await;
    backend.stop().await;
    served?;
    Ok(ExitCode::SUCCESS)
}
