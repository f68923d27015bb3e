//! The end of the app: asked for from the menu, the window, a second start or the system, and done once.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::state::Desk;

/// The wish that the app ends. Clones are the same wish.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ending(CancellationToken);

impl Ending {
    /// Asks for the end; a second time changes nothing.
    pub(crate) fn ask(&self) {
        self.0.cancel();
    }

    /// Whether the end was asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until the end is asked for, by [`ask`](Self::ask) or by the system, and then until nothing runs any more.
    pub(crate) async fn wait(&self, desk: Arc<Desk>) {
        tokio::select! {
            () = self.0.cancelled() => {}
            () = asked_by_system() => self.ask(),
        }
        tracing::info!("ending");
        desk.lifecycle.stop().await;
    }
}

/// Ctrl-C, or what a session sends at its end.
#[cfg(unix)]
async fn asked_by_system() {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()].map(signal);
    let waiting = signals.into_iter().filter_map(Result::ok).map(|mut signal| {
        Box::pin(async move {
            signal.recv().await;
        })
    });
    futures_util::future::select_all(waiting).await;
}

/// Ctrl-C in a console.
#[cfg(not(unix))]
async fn asked_by_system() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
