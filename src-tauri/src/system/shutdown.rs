//! Shutdown of the app, requested by the menu, the window, a second start or a signal.

use tokio_util::sync::CancellationToken;

/// A request to shut the app down. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shutdown(CancellationToken);

impl Shutdown {
    /// Requests the shutdown; further requests change nothing.
    pub(crate) fn request(&self) {
        self.0.cancel();
    }

    /// Whether the shutdown was requested.
    pub(crate) fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits for [`request`](Self::request) or for a signal of the system.
    pub(crate) async fn requested(&self) {
        tokio::select! {
            () = self.0.cancelled() => {}
            () = system_signal() => self.request(),
        }
    }
}

/// Ctrl-C, or the signals that a session sends at its end.
#[cfg(unix)]
async fn system_signal() {
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
async fn system_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
