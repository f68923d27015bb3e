//! The backend of an assistant's programs: the running service, or else this process.

use std::sync::Arc;

use runtray_service::Standalone;
use runtray_service::mcp::{Backend, Call, Extensions};
use runtray_service::paths::Paths;
use runtray_service::settings::SettingsStore;
use runtray_wire::{ExecuteResponse, Language};
use tokio::sync::OnceCell;

use super::via_service;

/// The running service if there is one, else an engine in this process. Clones share the engine.
#[derive(Clone)]
pub(super) struct Anywhere(Arc<Inner>);

struct Inner {
    paths: Paths,
    settings: SettingsStore,
    /// Started when the first program finds no service.
    standalone: OnceCell<Standalone>,
}

impl Anywhere {
    pub(super) fn new(paths: Paths, settings: SettingsStore) -> Self {
        Self(Arc::new(Inner { paths, settings, standalone: OnceCell::new() }))
    }

    /// Stops the engine of this process, if it was started.
    pub(super) async fn stop(&self) {
        if let Some(standalone) = self.0.standalone.get() {
            standalone.stop().await;
        }
    }

    async fn standalone(&self) -> Result<&Standalone, String> {
        let start = || Standalone::start(&self.0.paths, self.0.settings.clone());
        self.0.standalone.get_or_try_init(start).await.map_err(|error| format!("Programs cannot be run here: {error}."))
    }
}

impl Backend for Anywhere {
    async fn run(&self, call: Call<'_>) -> Result<ExecuteResponse, String> {
        let Call { body, events, .. } = call;
        let kept = self.0.settings.current().settings.kept_output_bytes;
        match via_service::run(&self.0.paths, &body, kept, &events).await? {
            Some(answer) => Ok(answer),
            None => self.standalone().await?.run(&body, events).await,
        }
    }

    async fn languages(&self, _: &Extensions) -> Result<Vec<Language>, String> {
        match via_service::languages(&self.0.paths).await {
            Some(languages) => Ok(languages),
            None => Ok(self.standalone().await?.languages().await),
        }
    }
}
