//! Running without a display: the service alone, until a signal ends it.

use std::process::ExitCode;
use std::sync::Arc;

use runtray_service::State;
use tokio::sync::mpsc;

use crate::state::{self, AppState};
use crate::system::instance::LaunchRequest;
use crate::system::shutdown::Shutdown;

/// Logs why there is no window, and runs the service.
pub(crate) fn serve(
    runtime: &tokio::runtime::Runtime,
    app_state: Arc<AppState>,
    shutdown: Shutdown,
    requests: mpsc::Receiver<LaunchRequest>,
    reason: &str,
) -> ExitCode {
    eprintln!("runtray-desktop: {reason}, so there is no window and no tray icon.");
    eprintln!(
        "runtray-desktop: running the service alone; `runtray serve` does the same without the app. Ctrl-C ends it."
    );
    runtime.block_on(async {
        state::start(&app_state);
        if let Err(reason) = settled(&app_state).await {
            eprintln!("runtray-desktop: {reason}");
            return ExitCode::FAILURE;
        }
        eprintln!("runtray-desktop: Runtray is running on {}", app_state.url());
        tokio::spawn(fulfil(app_state.clone(), requests, shutdown.clone()));
        app_state.stop_on(&shutdown).await;
        ExitCode::SUCCESS
    })
}

/// Shuts down when a second start requests it. There is no window to show.
async fn fulfil(app_state: Arc<AppState>, mut requests: mpsc::Receiver<LaunchRequest>, shutdown: Shutdown) {
    while let Some(request) = requests.recv().await {
        match request {
            LaunchRequest::Open | LaunchRequest::Nothing => {}
            LaunchRequest::Quit => shutdown.request(),
            LaunchRequest::QuitWhenIdle => {
                let (app_state, shutdown) = (app_state.clone(), shutdown.clone());
                tokio::spawn(async move { app_state.quit_when_idle(&shutdown).await });
            }
        }
    }
}

/// Waits until the service runs.
///
/// # Errors
/// The service failed to start, with the reason.
async fn settled(app_state: &AppState) -> Result<(), String> {
    let mut state = app_state.lifecycle.state();
    let settled = state.wait_for(|state| matches!(state, State::Running { .. } | State::Failed { .. })).await;
    match settled.as_deref() {
        Ok(State::Failed { reason, .. }) => Err(reason.to_string()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
