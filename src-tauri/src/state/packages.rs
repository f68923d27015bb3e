//! Changes of the packages of the built-in Python, which can be cancelled.

use std::sync::{Mutex, PoisonError};

use runtray_engine::message::LocalizedMessage;
use runtray_wire::Packs;
use tokio_util::sync::CancellationToken;

use crate::sentences;

/// The change that is being made. Others are refused meanwhile by the program that makes it.
#[derive(Default)]
pub(crate) struct PackageChange(Mutex<CancellationToken>);

impl PackageChange {
    /// The result of `change`, or that it was cancelled.
    pub(crate) async fn cancellable(
        &self,
        change: impl Future<Output = Result<Packs, LocalizedMessage>>,
    ) -> Result<Packs, LocalizedMessage> {
        let cancel = CancellationToken::new();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        tokio::select! {
            changed = change => changed,
            () = cancel.cancelled() => Err(sentences::PACKS_CANCELLED.message()),
        }
    }

    /// Ends it. Nothing has changed then.
    pub(crate) fn cancel(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }
}

#[cfg(test)]
mod tests {
    use runtray_wire::Packs;

    use super::PackageChange;

    #[tokio::test]
    async fn a_change_ends_by_itself_or_is_cancelled() {
        let change = PackageChange::default();
        change.cancel();
        assert_eq!(change.cancellable(async { Ok(Packs::default()) }).await, Ok(Packs::default()));
        let endless = change.cancellable(std::future::pending());
        let cancelled = async {
            tokio::task::yield_now().await;
            change.cancel();
        };
        let (ended, ()) = tokio::join!(endless, cancelled);
        assert!(ended.is_err());
    }
}
