//! Serving without a display: the service alone, until the system asks for the end.

use std::process::ExitCode;
use std::sync::Arc;

use runtray_service::State;
use tokio::sync::mpsc;

use crate::args::Wish;
use crate::state::Desk;
use crate::system::shutdown::Ending;

/// Says why there is no window, and serves.
pub(crate) fn serve(
    runtime: &tokio::runtime::Runtime,
    desk: Arc<Desk>,
    ending: Ending,
    wishes: mpsc::Receiver<Wish>,
    reason: &str,
) -> ExitCode {
    eprintln!("runtray-desktop: {reason}, so there is no window and no tray icon.");
    eprintln!("runtray-desktop: serving without them; `runtray serve` is made for that. Ctrl-C ends it.");
    runtime.block_on(async {
        desk.open();
        if let Err(reason) = settled(&desk).await {
            eprintln!("runtray-desktop: {reason}");
            return ExitCode::FAILURE;
        }
        eprintln!("runtray-desktop: Runtray is running on {}", desk.url());
        tokio::spawn(fulfil(wishes, ending.clone()));
        ending.wait(desk.clone()).await;
        ExitCode::SUCCESS
    })
}

/// Ends when a second start says so; there is no window to show.
async fn fulfil(mut wishes: mpsc::Receiver<Wish>, ending: Ending) {
    while let Some(wish) = wishes.recv().await {
        if wish == Wish::Quit {
            ending.ask();
        }
    }
}

/// Waits until the service runs.
///
/// # Errors
/// It does not; why.
async fn settled(desk: &Desk) -> Result<(), String> {
    let mut state = desk.lifecycle.state();
    let settled = state.wait_for(|state| matches!(state, State::Running { .. } | State::Failed { .. })).await;
    match settled.as_deref() {
        Ok(State::Failed { reason, .. }) => Err(reason.to_string()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
