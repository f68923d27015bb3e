//! Running programs in this process without a service: no socket, no journal.

use std::sync::Arc;

use runtray_engine::Event;
use runtray_engine::interpreter::Machine;
use runtray_wire::{ExecuteResponse, Language};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use ulid::Ulid;

use crate::http::adapters::mcp::on_core;
use crate::platform::paths::Paths;
use crate::runs::core::Core;
use crate::runs::event_bus::EventBus;
use crate::runs::questions::Questions;
use crate::settings::{JournalSettings, Loaded, SettingsStore, log_problems};

/// An engine with the settings' limits and admission, for a program that finds no service. Changed settings hold from the next
/// program on. Nothing is kept of its executions.
pub struct Standalone {
    shared: Arc<Shared>,
    /// Applies settings that change while programs wait for their slot.
    following: JoinHandle<()>,
}

struct Shared {
    core: Arc<Core>,
    settings: SettingsStore,
    /// Held while settings are applied.
    applying: Mutex<()>,
}

impl Standalone {
    /// Starts the engine.
    ///
    /// The program that calls this must call [`runtray_engine::enter`] first thing in its `main`.
    ///
    /// # Errors
    /// The engine cannot run programs here.
    pub async fn start(paths: &Paths, settings: SettingsStore) -> Result<Self, runtray_engine::Error> {
        paths.protect();
        let loaded = without_journal(settings.refresh());
        let journal = crate::journal::Journal::open(&paths.journal_file(), &loaded.settings.journal);
        let machine = Machine::this().with_packages(paths.packages_folder());
        // Nobody can answer questions here.
        let core = Core::new(loaded, machine, journal, EventBus::default(), Questions::default());
        core.start_engine(paths).await?;
        let shared = Arc::new(Shared { core, settings, applying: Mutex::default() });
        let following = tokio::spawn(follow(shared.clone()));
        Ok(Self { shared, following })
    }

    /// Runs the program of `body`, a body of `POST /execute`, and returns the answer. Dropping the future cancels the run.
    ///
    /// # Errors
    /// The sentence that says why it was not run.
    pub async fn run(&self, body: &[u8], events: mpsc::Sender<Event>) -> Result<ExecuteResponse, String> {
        self.shared.settings.refresh();
        self.shared.apply().await;
        let id = Ulid::generate().to_string();
        let ended = on_core::run(&self.shared.core, body, id.clone(), "mcp".to_owned(), events).await;
        ended.map_err(|error| error.body(&id).error)
    }

    /// The answer of `GET /languages`.
    pub async fn languages(&self) -> Vec<Language> {
        self.shared.settings.refresh();
        self.shared.apply().await;
        on_core::languages(&self.shared.core).await
    }

    /// Ends all executions. When this returns, nothing is left of them.
    pub async fn stop(&self) {
        self.following.abort();
        let core = &self.shared.core;
        core.admission.close();
        core.registry.cancel_all();
        core.shut_down().await;
    }
}

impl Drop for Standalone {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Shared {
    /// Applies the settings of the store, if they are not in effect.
    async fn apply(&self) {
        let _turn = self.applying.lock().await;
        let loaded = without_journal(self.settings.current());
        if *self.core.settings.borrow() != loaded {
            log_problems(&self.core.settings.borrow().problems, &loaded.problems);
            self.core.apply(loaded);
        }
    }
}

/// Applies each change of the settings.
async fn follow(shared: Arc<Shared>) {
    let mut changes = shared.settings.subscribe();
    while changes.changed().await.is_ok() {
        shared.apply().await;
    }
}

fn without_journal(mut loaded: Loaded) -> Loaded {
    loaded.settings.journal = JournalSettings { enabled: false, ..loaded.settings.journal };
    loaded
}
