//! Queries of the embedding program to a running service.

use std::sync::Arc;

use runtray_engine::language::Runtime;
use runtray_engine::message::LocalizedMessage;
use runtray_wire::{ExecutionSummary, Language};
use tokio::sync::watch;

use super::service::Service;
use crate::http::to_wire;
use crate::journal::{self, Journal};
use crate::runs::registry::Running;
use crate::sentences;
use crate::settings::Settings;

impl Service {
    /// The running executions, newest first.
    pub fn running(&self) -> Vec<ExecutionSummary> {
        self.core().registry.list().iter().map(Running::summary).collect()
    }

    /// A watch channel that changes whenever [`running`](Self::running) does.
    pub fn running_changes(&self) -> watch::Receiver<u64> {
        self.core().registry.changes()
    }

    /// Cancels an execution without waiting for its end; `false` if none of that id runs, or waits for an answer.
    pub fn cancel(&self, id: &str) -> bool {
        self.core().cancel(id)
    }

    /// Every language with its interpreter, or the reason why it has none, by the present settings.
    pub async fn languages(&self) -> Vec<Language> {
        // A subscriber of the settings may ask before the service knows of their change.
        self.apply_settings().await;
        self.core().entries_now().await.into_iter().map(to_wire::language).collect()
    }

    /// The interpreter for Python.
    ///
    /// # Errors
    /// The sentence that says why no interpreter can be used.
    pub async fn python(&self) -> Result<Arc<Runtime>, LocalizedMessage> {
        let languages = self.core().languages();
        let Some(language) = languages.find("python") else { return Err(sentences::NO_PYTHON_LANGUAGE.message()) };
        languages.runtime(language).await.map_err(|reason| reason.0)
    }

    /// The journal's state.
    pub fn journal_state(&self) -> journal::State {
        self.core().journal.state().borrow().clone()
    }

    /// A watch channel of the journal's state.
    pub fn journal_changes(&self) -> watch::Receiver<journal::State> {
        self.core().journal.state()
    }

    /// The token that requests must carry, if they must.
    pub fn token(&self) -> Option<String> {
        let access = &self.server().access;
        let is_needed = access.asks_for_token(&self.core().settings.borrow().settings);
        access.token().filter(|_| is_needed).map(|token| token.text().to_owned())
    }

    /// A watch channel of the service's own problems, besides mistakes in the settings file: programs cannot be started, another
    /// service uses the same folders, the token cannot be used.
    pub fn problems(&self) -> watch::Receiver<Vec<LocalizedMessage>> {
        self.server().problem_changes()
    }

    /// The keys of `settings` that differ from the start and need a restart.
    pub fn restart_needed(&self, settings: &Settings) -> Vec<&'static str> {
        self.server().restart_needed(settings)
    }

    /// The service's journal.
    pub(super) fn journal(&self) -> Journal {
        self.core().journal.clone()
    }
}
