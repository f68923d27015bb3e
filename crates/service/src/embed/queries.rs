//! What a window or a tray asks of a running service.

use std::sync::Arc;

use runtray_engine::language::Runtime;
use runtray_engine::said::Said;
use tokio::sync::watch;

use crate::embed::service::Service;
use crate::http::wire::Language;
use crate::journal::{self, Journal, Summary};
use crate::runs::event_bus;
use crate::sentences;
use crate::settings::Loaded;

impl Service {
    /// The executions that run now, newest first.
    pub fn running(&self) -> Vec<Summary> {
        self.app().executions.list().iter().map(event_bus::summary).collect()
    }

    /// Changes whenever an execution enters or leaves [`running`](Self::running).
    pub fn running_changes(&self) -> watch::Receiver<u64> {
        self.app().executions.changes()
    }

    /// Asks for the end of an execution; `false` when none of that id runs.
    pub fn cancel(&self, id: &str) -> bool {
        self.app().executions.cancel(id)
    }

    /// Every language, what runs it, and why nothing does where that is so.
    pub async fn languages(&self) -> Vec<Language> {
        self.app().languages().list().await.into_iter().map(Into::into).collect()
    }

    /// What runs Python.
    ///
    /// # Errors
    /// A sentence that says why nothing does.
    pub async fn python(&self) -> Result<Arc<Runtime>, Said> {
        let languages = self.app().languages();
        let Some(language) = languages.find("python") else { return Err(sentences::NO_PYTHON_LANGUAGE.said()) };
        languages.runtime(language).await.map_err(|reason| reason.0)
    }

    /// How the journal is.
    pub fn journal_state(&self) -> journal::State {
        self.app().journal().state().borrow().clone()
    }

    /// Changes whenever the journal's state does.
    pub fn journal_changes(&self) -> watch::Receiver<journal::State> {
        self.app().journal().state()
    }

    /// The token that requests must carry, where one is asked for.
    pub fn token(&self) -> Option<String> {
        let app = self.app();
        let asks = app.asks_for_token(&app.settings.borrow().settings);
        app.token().filter(|_| asks).map(|token| token.text().to_owned())
    }

    /// What is wrong in the settings file and with the token, for people.
    pub fn problems(&self) -> Vec<String> {
        self.app().problems()
    }

    /// The settings that differ from those of the start and wait for a restart.
    pub fn restart_needed(&self) -> Vec<&'static str> {
        let app = self.app();
        app.restart_needed(&app.settings.borrow().settings)
    }

    /// Brings settings into effect at once, without waiting until their file is noticed to have changed.
    pub(crate) async fn apply(&self, loaded: Loaded) {
        self.app().apply(|| loaded).await;
    }

    /// The journal that is written.
    pub(crate) fn journal(&self) -> Journal {
        self.app().journal().clone()
    }
}
