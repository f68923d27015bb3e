//! `runtray serve`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use runtray_service::paths::Paths;
use runtray_service::settings::{self, SettingsStore};
use runtray_service::{Options, Service, State, log};
use tokio::sync::watch;

use super::stop::asked_to_stop;
use crate::args::Serve;
use crate::{exit, print};

/// The length below which a token can be guessed.
const SHORTEST_TOKEN: usize = 32;

/// Starts the service and runs until it is asked to stop or fails.
pub(crate) async fn serve(args: Serve) -> anyhow::Result<ExitCode> {
    let paths = Paths::find()?;
    let _log = log::init(&paths.log_folder(), true);
    let settings_file = paths.settings_file();
    if let Err(error) = settings::create_if_missing(&settings_file) {
        tracing::warn!(%error, file = %settings_file.display(), "could not write the settings file; the defaults are used");
    }
    let options = Options {
        // The service logs problems of the file itself, and its log goes to standard error too.
        settings: SettingsStore::open(&settings_file),
        paths,
        port: args.port,
        listen: args.listen,
        allow_origins: args.allow_origins,
        token: args.token_file.as_deref().map(token).transpose()?,
    };
    let service = Service::start(options).await?;
    print::line(format_args!("Runtray is running on {}", service.url()))?;
    let failed = tokio::select! {
        reason = failure(service.state()) => Some(reason),
        result = asked_to_stop() => { result?; None }
    };
    // A second request does not wait for running executions.
    tokio::select! {
        () = service.stop() => {}
        result = asked_to_stop() => result?,
    }
    Ok(match failed {
        Some(reason) => {
            print::note(format_args!("runtray: the service failed: {reason}"));
            ExitCode::from(exit::FAILED)
        }
        None => ExitCode::SUCCESS,
    })
}

/// The token in a file that an operator made.
fn token(file: &Path) -> anyhow::Result<String> {
    let token =
        std::fs::read_to_string(file).with_context(|| format!("cannot read the token in {}", file.display()))?;
    let length = token.trim().len();
    ensure!(
        length >= SHORTEST_TOKEN,
        "the token in {} has {length} characters: make one of at least {SHORTEST_TOKEN}, such as `openssl rand -hex 32` prints",
        file.display()
    );
    Ok(token)
}

/// Waits until the service fails, and gives the reason. Never returns if the service merely stops.
async fn failure(mut state: watch::Receiver<State>) -> String {
    match state.wait_for(|state| matches!(state, State::Failed { .. })).await.as_deref() {
        Ok(State::Failed { reason, .. }) => reason.to_string(),
        _ => "it ended unexpectedly".into(),
    }
}
