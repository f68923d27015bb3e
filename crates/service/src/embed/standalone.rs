//! Running programs in this process without a service: no socket, no journal.

use runtray_engine::Event;
use runtray_engine::interpreter::Machine;
use serde_json::Value;
use tokio::sync::mpsc;
use ulid::Ulid;

use crate::http::adapters::mcp::on_core;
use crate::platform::paths::Paths;
use crate::runs::core::Core;
use crate::runs::event_bus::EventBus;
use crate::settings::{JournalSettings, Loaded};

/// An engine with the settings' limits and admission, for a program that finds no service. Nothing is kept of its executions.
pub struct Standalone {
    core: Core,
}

impl Standalone {
    /// Starts the engine.
    ///
    /// The program that calls this must call [`runtray_engine::enter`] first thing in its `main`.
    ///
    /// # Errors
    /// It cannot run programs here.
    pub async fn start(paths: &Paths, loaded: Loaded) -> Result<Self, runtray_engine::Error> {
        paths.protect();
        let none = JournalSettings { enabled: false, ..loaded.settings.journal.clone() };
        let journal = crate::journal::Journal::open(&paths.journal_file(), &none);
        let core =
            Core::new(loaded, Machine::this().with_packages(paths.packages_folder()), journal, EventBus::default());
        core.start_engine(paths).await?;
        Ok(Self { core })
    }

    /// Runs the program of `body`, a body of `POST /execute`, and returns the answer. Dropping the future cancels the run.
    ///
    /// # Errors
    /// The sentence that says why it was not run.
    pub async fn run(&self, body: &[u8], events: mpsc::Sender<Event>) -> Result<Value, String> {
        let id = Ulid::generate().to_string();
        let ended = on_core::run(&self.core, body, id.clone(), "mcp".to_owned(), events).await;
        ended.map_err(|error| error.body(&id).error)
    }

    /// The answer of `GET /languages`.
    pub async fn languages(&self) -> Value {
        on_core::languages(&self.core).await
    }

    /// Ends all executions. When this returns, nothing is left of them.
    pub async fn stop(&self) {
        self.core.admission.close();
        self.core.registry.cancel_all();
        self.core.shut_down().await;
    }
}
