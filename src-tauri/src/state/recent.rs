//! The last executions, for the tray's menu.

use std::sync::Arc;

use runtray_service::ExecutionEvent;
use runtray_service::journal::Filter;
use runtray_wire::ExecutionSummary;
use tokio::sync::broadcast::error::RecvError;

use super::app_state::AppState;

/// The number of executions in the menu.
const MOST: usize = 8;

/// Keeps the list up to date, as long as the app lives.
pub(super) async fn keep(app_state: Arc<AppState>) {
    let mut events = app_state.lifecycle.events();
    app_state.read_recent().await;
    loop {
        match events.recv().await {
            Ok(ExecutionEvent::Begun(summary) | ExecutionEvent::Ended(summary)) => {
                app_state.recent.send_modify(|recent| enter(recent, summary));
            }
            Ok(ExecutionEvent::Cleared) | Err(RecvError::Lagged(_)) => app_state.read_recent().await,
            Err(RecvError::Closed) => return,
        }
    }
}

impl AppState {
    async fn read_recent(&self) {
        match self.lifecycle.history().page(Filter { limit: MOST, ..Filter::default() }).await {
            Ok((page, _)) => {
                self.recent.send_replace(page.items);
            }
            Err(error) => tracing::warn!(%error, "the last executions cannot be read"),
        }
    }
}

fn enter(recent: &mut Vec<ExecutionSummary>, summary: ExecutionSummary) {
    match recent.iter_mut().find(|known| known.id == summary.id) {
        Some(known) => *known = summary,
        None => {
            recent.insert(0, summary);
            recent.truncate(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::{ExecutionSummary, MOST, enter};

    fn summary(id: usize, status: &str) -> ExecutionSummary {
        ExecutionSummary {
            id: id.to_string(),
            started_at: OffsetDateTime::UNIX_EPOCH,
            language: "python".into(),
            runtime: String::new(),
            status: status.into(),
            origin: "local".into(),
            first_line: String::new(),
            duration_ms: None,
            exit_code: None,
            isolation: None,
        }
    }

    #[test]
    fn an_execution_that_ends_stays_in_its_place() {
        let mut recent = Vec::new();
        (0..MOST + 3).for_each(|id| enter(&mut recent, summary(id, "running")));
        enter(&mut recent, summary(MOST, "failed"));
        assert_eq!(recent.len(), MOST);
        assert_eq!((recent[0].id.as_str(), recent[2].status.as_str()), ("10", "failed"));
    }
}
