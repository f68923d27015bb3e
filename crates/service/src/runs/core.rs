//! What every route of one service shares.
//!
//! Settings live here and change live: [`App::apply`] is the only place where a change takes effect.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::Languages;
use runtray_engine::{Containment, Engine, Warm};
use tokio::sync::{Mutex, watch};
use tokio_util::task::TaskTracker;

use crate::embed::lifecycle::State;
use crate::http::budget::Budget;
use crate::http::capacity::Capacity;
use crate::http::error::Error;
use crate::http::guard::Need;
use crate::http::guard::denials::Denials;
use crate::http::guard::pending::PendingOrigins;
use crate::http::guard::token::Token;
use crate::http::websocket::sessions::Sessions;
use crate::journal::Journal;
use crate::platform::origin::Origin;
use crate::platform::paths::Places;
use crate::runs::admission::Admission;
use crate::runs::event_bus::Feed;
use crate::runs::metrics::Metrics;
use crate::runs::registry::Executions;
use crate::settings::{Loaded, Settings, log_problems};

/// The service's shared state.
pub(crate) struct App {
    /// The settings that are in effect.
    pub(crate) settings: watch::Sender<Loaded>,
    /// Web origins that were allowed when the service was started.
    pub(crate) extra_origins: Vec<Origin>,
    /// Where files are kept.
    pub(crate) places: Places,
    /// What is listened on.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The port of all of these.
    pub(crate) port: u16,
    /// The loopback address that this machine does not have.
    pub(crate) missing: Option<IpAddr>,
    /// The service's state.
    pub(crate) state: Arc<watch::Sender<State>>,
    /// When the service started.
    pub(crate) started: Instant,
    /// Slots and queue.
    pub(crate) admission: Admission,
    /// The memory of what waits.
    pub(crate) budget: Budget,
    /// What runs.
    pub(crate) executions: Executions,
    /// The tasks of what runs.
    pub(crate) runs: TaskTracker,
    /// The connections of interactive ones.
    pub(crate) sessions: Sessions,
    /// Figures.
    pub(crate) metrics: Metrics,
    /// Refused origins.
    pub(crate) pending: PendingOrigins,
    /// Origins that were denied while the settings could not be written.
    pub(crate) denials: Denials,
    /// Where news of executions are published.
    pub(crate) feed: Feed,
    serves_as_root: bool,
    engine: watch::Sender<EngineState>,
    languages: RwLock<Arc<Languages>>,
    journal: Journal,
    token: RwLock<TokenState>,
    initial: Settings,
    /// That another service uses the same folders.
    neighbour: OnceLock<String>,
    port_is_given: bool,
    /// Held while settings are brought into effect.
    applying: Mutex<()>,
}

/// What an [`App`] is made from.
pub(crate) struct Parts {
    /// The settings to begin with.
    pub(crate) loaded: Loaded,
    /// Web origins that are allowed whatever the settings say.
    pub(crate) extra_origins: Vec<Origin>,
    /// Where files are kept.
    pub(crate) places: Places,
    /// What is listened on.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The port of all of these.
    pub(crate) port: u16,
    /// Whether that port was given at the start, whatever the settings say.
    pub(crate) port_is_given: bool,
    /// The loopback address that this machine does not have.
    pub(crate) missing: Option<IpAddr>,
    /// A token that was given at the start; it switches strict mode on.
    pub(crate) token: Option<Token>,
    /// Where the service's state is published.
    pub(crate) state: Arc<watch::Sender<State>>,
    /// Where news of executions are published.
    pub(crate) feed: Feed,
    /// How many connections there may be.
    pub(crate) capacity: Capacity,
    /// Origins that were denied while the settings could not be written.
    pub(crate) denials: Denials,
    /// Whether everybody needs the token because the service runs as root.
    pub(crate) serves_as_root: bool,
}

/// The engine is started while the service answers already, and is gone before the service is.
#[derive(Clone, Default)]
enum EngineState {
    #[default]
    Starting,
    Ready(Arc<Engine>),
    Gone,
}

#[derive(Default)]
struct TokenState {
    token: Option<Token>,
    given: bool,
    problem: Option<String>,
}

impl App {
    /// The shared state of a service that starts now.
    pub(crate) fn new(parts: Parts) -> Self {
        let settings = &parts.loaded.settings;
        let app = Self {
            admission: Admission::new(settings.slots, settings.queue),
            budget: Budget::new(settings.waiting_bytes),
            languages: RwLock::new(Arc::new(languages(settings))),
            journal: Journal::open(&parts.places.journal_file(), &settings.journal),
            token: RwLock::new(TokenState { given: parts.token.is_some(), token: parts.token, problem: None }),
            initial: settings.clone(),
            neighbour: OnceLock::new(),
            port_is_given: parts.port_is_given,
            applying: Mutex::new(()),
            settings: watch::Sender::new(parts.loaded),
            extra_origins: parts.extra_origins,
            places: parts.places,
            addresses: parts.addresses,
            port: parts.port,
            missing: parts.missing,
            state: parts.state,
            started: Instant::now(),
            executions: Executions::default(),
            runs: TaskTracker::new(),
            sessions: Sessions::new(parts.capacity.sessions),
            metrics: Metrics::new(),
            pending: PendingOrigins::default(),
            denials: parts.denials,
            feed: parts.feed,
            serves_as_root: parts.serves_as_root,
            engine: watch::Sender::default(),
        };
        app.load_token();
        app
    }

    /// Brings new settings into effect, all but those that need a restart. Those that come from two sides at once are applied
    /// one after the other: `latest` is asked when it is their turn.
    pub(crate) async fn apply(&self, latest: impl FnOnce() -> Loaded) {
        let _turn = self.applying.lock().await;
        let loaded = latest();
        let Loaded { settings: old, problems } = self.settings.borrow().clone();
        let new = &loaded.settings;
        log_problems(&problems, &loaded.problems);
        if old.choices() != new.choices() {
            *write(&self.languages) = Arc::new(languages(new));
        }
        if (old.slots, old.queue) != (new.slots, new.queue) {
            self.admission.resize(new.slots, new.queue);
        }
        self.budget.resize(new.waiting_bytes);
        if old.warm != new.warm {
            self.configure_engine(new.warm.clone());
        }
        self.journal.apply(&new.journal);
        self.load_token();
        self.pending.forget(&new.allowed_origins);
        self.pending.forget(&new.denied_origins);
        self.settings.send_replace(loaded);
        self.expect_programs().await;
    }

    /// Looks for the interpreters, and has those wait that the settings have wait always.
    pub(crate) async fn expect_programs(&self) {
        let entries = self.languages().list().await;
        // One that has not started yet asks again when it has.
        let EngineState::Ready(engine) = self.engine.borrow().clone() else { return };
        let limits = self.settings.borrow().settings.limits.clone();
        for runtime in entries.into_iter().filter_map(|entry| entry.runtime.ok()) {
            engine.expect(&runtime, &limits);
        }
    }

    /// The interpreters that wait, by language.
    pub(crate) fn waiting(&self) -> BTreeMap<String, usize> {
        match &*self.engine.borrow() {
            EngineState::Ready(engine) => engine.waiting(),
            EngineState::Starting | EngineState::Gone => BTreeMap::new(),
        }
    }

    fn configure_engine(&self, warm: Warm) {
        if let EngineState::Ready(engine) = &*self.engine.borrow() {
            engine.configure(warm);
        }
    }

    /// Loads the token when it is not there yet: other users' programs always need it, and with it `runtray run` makes sure
    /// that it speaks with this service. Without one nobody passes who needs it, and the status says why.
    fn load_token(&self) {
        let mut state = write(&self.token);
        if state.token.is_some() {
            return;
        }
        match Token::load_or_create(&self.places.token_file()) {
            Ok(token) => (state.token, state.problem) = (Some(token), None),
            Err(error) => {
                let path = self.places.token_file();
                let problem = format!(
                    "the token file {} cannot be used, so every request that needs it is refused: {error}",
                    path.display()
                );
                tracing::error!("{problem}");
                state.problem = Some(problem);
            }
        }
    }

    /// Whether requests need the token, whoever sends them.
    pub(crate) fn asks_for_token(&self, settings: &Settings) -> bool {
        self.needs_token(settings).is_some()
    }

    /// Why everybody needs the token, if that is so.
    pub(crate) fn needs_token(&self, settings: &Settings) -> Option<Need> {
        match () {
            () if settings.require_token || read(&self.token).given => Some(Need::Strict),
            () if self.serves_as_root => Some(Need::Root),
            () => None,
        }
    }

    /// The token, where there is one.
    pub(crate) fn token(&self) -> Option<Token> {
        read(&self.token).token.clone()
    }

    /// How runs' process trees are held together, now and whenever that changes; `None` while the engine starts.
    pub(crate) fn containment(&self) -> Option<watch::Receiver<Option<Containment>>> {
        self.ready_engine().map(|engine| engine.containment())
    }

    /// Why programs cannot be started, where that is not their own fault.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.ready_engine().and_then(|engine| engine.trouble())
    }

    fn ready_engine(&self) -> Option<Arc<Engine>> {
        match &*self.engine.borrow() {
            EngineState::Ready(engine) => Some(engine.clone()),
            EngineState::Starting | EngineState::Gone => None,
        }
    }

    /// What the user should know: what is wrong in the settings file, with the token, and with starting programs.
    pub(crate) fn problems(&self) -> Vec<String> {
        let loaded = self.settings.borrow().clone();
        let mut problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        problems.extend(read(&self.token).problem.clone().filter(|_| self.asks_for_token(&loaded.settings)));
        problems.extend(self.neighbour.get().cloned());
        problems.extend(self.trouble().map(|trouble| format!("programs cannot be started: {trouble}")));
        problems
    }

    /// Notes that another service uses the same folders.
    pub(crate) fn note_neighbour(&self, problem: String) {
        // It is noted once, when the service starts.
        let _ = self.neighbour.set(problem);
    }

    /// Where clients find the service.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The settings that differ from those of the start and wait for a restart.
    pub(crate) fn restart_needed(&self, now: &Settings) -> Vec<&'static str> {
        let mut keys = self.initial.needs_restart(now);
        keys.retain(|key| *key != "port" || !self.port_is_given);
        keys
    }

    /// The languages of this machine.
    pub(crate) fn languages(&self) -> Arc<Languages> {
        read(&self.languages).clone()
    }

    /// The journal.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The engine, once it has started.
    pub(crate) async fn engine(&self) -> Result<Arc<Engine>, Error> {
        let mut state = self.engine.subscribe();
        let state = state.wait_for(|state| !matches!(state, EngineState::Starting)).await.map_err(Error::internal)?;
        match &*state {
            EngineState::Ready(engine) => Ok(engine.clone()),
            EngineState::Starting | EngineState::Gone => Err(Error::ShuttingDown),
        }
    }

    /// Lets executions use `engine`.
    pub(crate) fn engine_started(&self, engine: Engine) {
        self.engine.send_replace(EngineState::Ready(Arc::new(engine)));
    }

    /// Takes the engine away from executions; `None` when there was none.
    pub(crate) fn take_engine(&self) -> Option<Arc<Engine>> {
        match self.engine.send_replace(EngineState::Gone) {
            EngineState::Ready(engine) => Some(engine),
            EngineState::Starting | EngineState::Gone => None,
        }
    }
}

fn languages(settings: &Settings) -> Languages {
    Languages::new(settings.choices(), Machine::this())
}

/// What these locks guard is replaced as a whole, so a panic elsewhere leaves nothing half-done.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
