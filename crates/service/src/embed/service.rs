//! One running service: construct, serve, shut down.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtray_engine::said::Said;
use runtray_engine::{Config, Containment, Engine, Warm};
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::embed::lifecycle::{PortTrouble, Publishing, State};
use crate::http::capacity::Capacity;
use crate::http::connection_limit::Seats;
use crate::http::connections::Server;
use crate::http::guard::pending::PendingOrigin;
use crate::http::guard::root;
use crate::http::guard::token::Token;
use crate::http::listen::{ListenError, Listening, listen};
use crate::http::router::router;
use crate::platform::address_file;
use crate::platform::folder_lock::Instance;
use crate::platform::origin::Origin;
use crate::platform::paths::Places;
use crate::runs::admission::Load;
use crate::runs::core::{App, Parts};
use crate::sentences;
use crate::settings::{self, Loaded};

/// What a cancelled run gets to be gone.
const CANCEL_TIME: Duration = Duration::from_secs(10);
/// What clients get to take the last answers when the service stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// What a service is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The settings to begin with.
    pub settings: Loaded,
    /// The file that holds them; its changes take effect while the service runs.
    pub settings_file: Option<PathBuf>,
    /// Where files are kept.
    pub places: Places,
    /// A port instead of the settings' one; 0 takes a free one.
    pub port: Option<u16>,
    /// Web origins that are allowed besides the settings' ones.
    pub allow_origins: Vec<Origin>,
    /// A token instead of the one in the data folder; it switches strict mode on.
    pub token: Option<String>,
}

/// Why a service could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The engine cannot run programs.
    #[error("programs cannot be run here: {0}")]
    Engine(#[source] runtray_engine::Error),
    /// The given token cannot be one.
    #[error("the token is empty or holds a character that cannot stand in a header")]
    Token,
}

impl StartError {
    /// It in words.
    pub fn said(&self) -> Said {
        match self {
            Self::Listen(error) => error.said(),
            Self::Engine(error) => sentences::START_ENGINE.with("cause", error.said()),
            Self::Token => sentences::START_TOKEN.said(),
        }
    }

    /// What is wrong with the port, where that is why.
    fn port_trouble(&self) -> Option<PortTrouble> {
        match self {
            Self::Listen(ListenError::InUse { address, holder, free_port }) => Some(PortTrouble {
                port: address.port(),
                holder: holder.clone(),
                is_reserved: false,
                free_port: *free_port,
            }),
            Self::Listen(ListenError::Reserved { port, free_port }) => {
                Some(PortTrouble { port: *port, holder: None, is_reserved: true, free_port: *free_port })
            }
            _ => None,
        }
    }
}

/// A running service. Clones are handles to the same one; when the last is dropped, it ends without grace.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    server: Server,
    stopped: OnceCell<()>,
    following: Option<JoinHandle<()>>,
    instance: Mutex<Option<Instance>>,
}

impl Service {
    /// Starts a service. `/health` answers before the engine is ready; when this returns, programs can be run.
    ///
    /// The program that calls this must call [`runtray_engine::enter`] first thing in its `main`.
    ///
    /// # Errors
    /// It cannot listen, or the engine cannot start.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::start_in(options, Publishing::default()).await
    }

    /// Starts a service that tells what happens to it through `publishing`.
    pub(crate) async fn start_in(options: Options, publishing: Publishing) -> Result<Self, StartError> {
        let state = publishing.state.clone();
        state.send_replace(State::Starting);
        let started = Self::try_start(options, publishing).await;
        if let Err(error) = &started {
            state.send_replace(State::Failed { reason: error.said(), port: error.port_trouble() });
        }
        started
    }

    async fn try_start(options: Options, publishing: Publishing) -> Result<Self, StartError> {
        options.places.protect();
        settings::log_problems(&[], &options.settings.problems);
        let denied = &options.settings.settings.denied_origins;
        for origin in options.allow_origins.iter().filter(|origin| denied.iter().any(|one| one.is_same_page(origin))) {
            tracing::warn!(
                "{origin} is among `denied_origins` in the settings, so `--allow-origin {origin}` has no effect"
            );
        }
        let token = options.token.as_deref().map(|text| Token::chosen(text).ok_or(StartError::Token)).transpose()?;
        let listening = listen(options.port.unwrap_or(options.settings.settings.port)).await?;
        let state = publishing.state.clone();
        let service = Self::serve(options, token, listening, publishing);
        let warm = service.0.app.settings.borrow().settings.warm.clone();
        match start_engine(&service.0.app.places, warm).await {
            Ok(engine) => service.0.app.engine_started(engine),
            Err(error) => {
                service.0.app.take_engine();
                service.stop().await;
                return Err(StartError::Engine(error));
            }
        }
        service.introduce().await;
        state.send_replace(service.running_state());
        // The first request need not wait until the interpreters are found.
        let app = service.0.app.clone();
        tokio::spawn(async move { app.expect_programs().await });
        Ok(service)
    }

    fn serve(options: Options, token: Option<Token>, listening: Listening, publishing: Publishing) -> Self {
        let Publishing { state, feed, denials } = publishing;
        let capacity = Capacity::of_this_process();
        let app = Arc::new(App::new(Parts {
            addresses: listening.addresses,
            missing: listening.missing,
            port: listening.port,
            loaded: options.settings.clone(),
            port_is_given: options.port.is_some(),
            extra_origins: options.allow_origins,
            token,
            state: state.clone(),
            feed,
            capacity,
            serves_as_root: root::needs_token(&options.places),
            denials,
            places: options.places,
        }));
        let failed = move || {
            let reason = sentences::START_BROKE.said();
            state.send_replace(State::Failed { reason, port: None });
        };
        let server =
            Server::start(listening.listeners, &Seats::new(capacity.connections), &router(app.clone()), failed);
        let following = options.settings_file.map(|file| tokio::spawn(follow(app.clone(), file, options.settings)));
        Self(Arc::new(Inner { app, server, stopped: OnceCell::new(), following, instance: Mutex::new(None) }))
    }

    /// Says where it runs, unless another service of these folders has said so.
    async fn introduce(&self) {
        let (app, url) = (self.0.app.clone(), self.url());
        let introduced = tokio::task::spawn_blocking(move || introduce(&app, &url)).await;
        *lock(&self.0.instance) = introduced.ok().flatten();
    }

    /// What it listens on.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.0.app.addresses
    }

    /// For clients: `http://localhost:5000`.
    pub fn url(&self) -> String {
        self.0.app.url()
    }

    /// Where it is in its life, now and whenever that changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.0.app.state.subscribe()
    }

    /// How busy it is, now and whenever that changes.
    pub fn load(&self) -> watch::Receiver<Load> {
        self.0.app.admission.load()
    }

    /// How programs are held together so that they end as a whole, now and whenever that changes; `None` while the engine starts.
    pub fn containment(&self) -> Option<watch::Receiver<Option<Containment>>> {
        self.0.app.containment()
    }

    /// The settings in effect, now and whenever they change.
    pub fn settings(&self) -> watch::Receiver<Loaded> {
        self.0.app.settings.subscribe()
    }

    /// Refused web origins that the user may allow, now and whenever one comes or goes.
    pub fn pending_origins(&self) -> watch::Receiver<Vec<PendingOrigin>> {
        self.0.app.pending.watch()
    }

    /// Stops it: the port is free at once, new executions are refused, running ones get the settings' grace and are then
    /// cancelled. When this returns, all of them are gone and the journal is written. A second call waits for the first.
    pub async fn stop(&self) {
        self.0.stopped.get_or_init(|| self.0.shut_down()).await;
    }

    /// What its routes share.
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    /// What its routes share, for what may outlive this handle.
    pub(crate) fn shared(&self) -> Arc<App> {
        self.0.app.clone()
    }

    /// Whether it neither was stopped nor broke.
    pub(crate) fn is_running(&self) -> bool {
        !self.0.stopped.initialized() && matches!(*self.0.app.state.borrow(), State::Running { .. })
    }

    fn running_state(&self) -> State {
        State::Running { url: self.url(), addresses: self.addresses().to_vec(), missing: self.0.app.missing }
    }
}

impl Inner {
    async fn shut_down(&self) {
        let app = &self.app;
        app.state.send_replace(State::Stopping);
        app.admission.close();
        app.sessions.stop();
        self.withdraw().await;
        self.server.stop_listening().await;
        self.end_runs().await;
        tokio::join!(self.server.close_connections(LAST_ANSWERS), app.sessions.ended(LAST_ANSWERS));
        if let Some(following) = &self.following {
            following.abort();
        }
        app.journal().close().await;
        app.state.send_replace(State::Stopped);
    }

    /// Takes back where it runs, and leaves the folders to another service.
    async fn withdraw(&self) {
        let (app, instance) = (self.app.clone(), lock(&self.instance).take());
        let withdrawn = tokio::task::spawn_blocking(move || {
            address_file::withdraw(&app.places, &app.url());
            drop(instance);
        });
        // It does nothing that could fail.
        let _ = withdrawn.await;
    }

    async fn end_runs(&self) {
        let app = &self.app;
        let grace = app.settings.borrow().settings.stop_grace;
        app.runs.close();
        if timeout(grace, app.runs.wait()).await.is_err() {
            app.executions.cancel_all();
        }
        let engine = app.take_engine();
        let gone = async {
            app.runs.wait().await;
            if let Some(engine) = engine {
                engine.shutdown().await;
            }
        };
        if timeout(CANCEL_TIME, gone).await.is_err() {
            tracing::error!("executions are left that do not end");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abandon();
        self.app.executions.cancel_all();
        self.app.sessions.abandon();
        if let Some(following) = &self.following {
            following.abort();
        }
    }
}

/// Starting the engine makes folders and a process, which must not hold up the answers to `/health`.
async fn start_engine(places: &Places, warm: Warm) -> Result<Engine, runtray_engine::Error> {
    let config = Config { runs_folder: places.runs.clone(), hidden: places.hidden(), warm };
    let starting = tokio::task::spawn_blocking(move || Engine::start(&config));
    starting.await.unwrap_or_else(|failed| Err(runtray_engine::Error::Supervisor(io::Error::other(failed))))
}

/// Claims the folders and says where the service runs. Where another one has them, that is a problem for people to know.
fn introduce(app: &App, url: &str) -> Option<Instance> {
    let claimed = Instance::claim(&app.places);
    if matches!(claimed, Ok(None)) {
        let other = address_file::find(&app.places).unwrap_or_else(|| "an address that it does not tell".to_owned());
        let problem = format!(
            "another service uses the folder {} already, at {other}; `runtray run` and `runtray status` find that one. Stop one of the two, or give one a RUNTRAY_HOME of its own",
            app.places.data.display()
        );
        tracing::warn!("{problem}");
        app.note_neighbour(problem);
        return None;
    }
    address_file::announce(&app.places, url);
    claimed.inspect_err(|error| tracing::debug!(%error, "the data folder cannot be locked")).ok().flatten()
}

/// What this lock guards is replaced as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Brings changes of the settings file into effect.
async fn follow(app: Arc<App>, file: PathBuf, now: Loaded) {
    let (mut changes, _watching) = settings::watch(&file, now);
    loop {
        app.apply(|| changes.borrow_and_update().clone()).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}
