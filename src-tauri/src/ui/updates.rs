//! Live updates for the open window.

use std::sync::{Arc, Mutex, PoisonError};

use runtray_service::ExecutionEvent;
use runtray_service::settings::Loaded;
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;

use crate::model::{Status, Update, VersionStep};
use crate::state::AppState;

/// The window that receives updates, if any.
#[derive(Default)]
pub(crate) struct WindowUpdates(Mutex<Option<Subscription>>);

struct Subscription {
    channel: Channel<Update>,
    task: JoinHandle<()>,
}

impl WindowUpdates {
    /// Sends `channel` the present status and every change. A reloaded window replaces its earlier channel.
    pub(crate) fn follow(&self, app_state: Arc<AppState>, channel: Channel<Update>) {
        // Subscribe before the task starts, so that no event is missed: the window reads the log next.
        let sources = Sources {
            status: app_state.status(),
            settings: app_state.settings(),
            versions: app_state.version_step(),
            events: app_state.lifecycle.events(),
        };
        let task = tauri::async_runtime::spawn(follow(app_state, sources, channel.clone()));
        self.replace(Some(Subscription { channel, task }));
    }

    /// Sends an update to the window, if any.
    pub(crate) fn tell(&self, update: &Update) {
        let follower = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(follower) = &*follower {
            // This only fails while the window is being closed.
            let _ = follower.channel.send(update.clone());
        }
    }

    /// The window was closed.
    pub(crate) fn leave(&self) {
        self.replace(None);
    }

    fn replace(&self, follower: Option<Subscription>) {
        let old = std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), follower);
        if let Some(old) = old {
            old.task.abort();
        }
    }
}

/// The sources of updates.
struct Sources {
    status: watch::Receiver<Status>,
    settings: watch::Receiver<Loaded>,
    versions: watch::Receiver<VersionStep>,
    events: broadcast::Receiver<ExecutionEvent>,
}

async fn follow(app_state: Arc<AppState>, sources: Sources, channel: Channel<Update>) {
    let Sources { mut status, mut settings, mut versions, mut events } = sources;
    // The window gets the present status first.
    status.mark_changed();
    loop {
        let update = tokio::select! {
            biased;
            changed = status.changed() => match changed {
                Ok(()) => Update::Status { status: status.borrow_and_update().clone() },
                Err(_) => return,
            },
            changed = settings.changed() => match changed {
                Ok(()) => Update::Settings { settings: app_state.settings_view() },
                Err(_) => return,
            },
            changed = versions.changed() => match changed {
                Ok(()) => Update::News { news: app_state.version_news() },
                Err(_) => return,
            },
            events = events.recv() => match events {
                Ok(ExecutionEvent::Begun(execution)) => Update::Begun { execution },
                Ok(ExecutionEvent::Ended(execution)) => Update::Ended { execution },
                Ok(ExecutionEvent::Cleared) => Update::Cleared,
                // The window reads the log again when it becomes visible; it finds the missed executions there.
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
        };
        if channel.send(update).is_err() {
            return;
        }
    }
}
