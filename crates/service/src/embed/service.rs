//! One running service: start, serve, stop.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use runtray_engine::interpreter::Machine;
use runtray_engine::{Containment, Isolation};
use tokio::sync::{OnceCell, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

use super::folder_claim::FolderClaim;
use super::options::Options;
use super::retained::Retained;
use super::start_error::StartError;
use crate::http::access::pending::PendingOrigin;
use crate::http::access::root;
use crate::http::access::state::Access;
use crate::http::access::token::Token;
use crate::http::capacity::Capacity;
use crate::http::listen::{Listening, listen};
use crate::http::router::router;
use crate::http::server::{Addresses, Server};
use crate::http::state::State;
use crate::journal::Journal;
use crate::platform::paths::Paths;
use crate::runs::admission::Load;
use crate::runs::core::Core;
use crate::sentences;
use crate::settings::{self, Loaded, Settings, SettingsStore};

/// How often a service looks whether another one has left its folders.
const NEXT_CLAIM: Duration = Duration::from_secs(2);
/// How long clients may take to read their last responses when the service stops.
const LAST_RESPONSES: Duration = Duration::from_secs(1);

/// A running service. Clones are handles to the same one; when the last is dropped, it ends without grace.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    server: Arc<Server>,
    paths: Paths,
    stopped: OnceCell<()>,
    /// The store of the settings.
    settings: SettingsStore,
    /// The task that applies new settings.
    following: JoinHandle<()>,
    folders: Arc<FolderClaim>,
}

impl Service {
    /// Starts a service. `/health` is served before the engine is ready; when this returns, programs can be run.
    ///
    /// The program that calls this must call [`runtray_engine::enter`] first thing in its `main`.
    ///
    /// # Errors
    /// The service cannot listen, or the engine cannot start.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let retained = Retained::of(&options.paths);
        Self::start_with(options, retained, Machine::this()).await
    }

    /// Starts a service that publishes its state and its events through `retained`, and finds interpreters on `machine`.
    pub(super) async fn start_with(options: Options, retained: Retained, machine: Machine) -> Result<Self, StartError> {
        let state = retained.state.clone();
        state.send_replace(State::Starting);
        let started = Self::try_start(options, retained, machine).await;
        if let Err(error) = &started {
            state.send_replace(State::Failed { reason: error.message(), port: error.port_trouble() });
        }
        started
    }

    async fn try_start(options: Options, retained: Retained, machine: Machine) -> Result<Self, StartError> {
        options.paths.protect();
        let loaded = options.settings.refresh();
        settings::log_problems(&[], &loaded.problems);
        warn_of_denied(&options, &loaded.settings);
        let token = options.token.as_deref().map(|text| Token::chosen(text).ok_or(StartError::Token)).transpose()?;
        let listening = listen(options.port.unwrap_or(loaded.settings.port), options.listen).await?;
        let state = retained.state.clone();
        let service = Self::serve(options, loaded, token, listening, retained, machine);
        if let Err(error) = service.core().start_engine(&service.0.paths).await {
            service.stop().await;
            return Err(StartError::Engine(error));
        }
        tokio::spawn(follow_trouble(Arc::downgrade(&service.shared())));
        service.announce().await;
        state.send_replace(service.running_state());
        service.core().prestart();
        Ok(service)
    }

    /// Serves requests. Executions wait until the engine is started.
    pub(super) fn serve(
        options: Options,
        loaded: Loaded,
        token: Option<Token>,
        listening: Listening,
        retained: Retained,
        machine: Machine,
    ) -> Self {
        let Retained { state, events, questions, denials } = retained;
        let paths = options.paths;
        let machine = machine.with_packages(paths.packages_folder());
        let journal = Journal::open(&paths.journal_file(), &loaded.settings.journal);
        let serves_as_root = root::needs_token(&paths);
        let access = Access::new(paths.clone(), token, options.allow_origins, denials, serves_as_root);
        let addresses = Addresses {
            list: listening.addresses,
            port: listening.port,
            missing: listening.missing,
            port_is_given: options.port.is_some(),
            is_beyond_loopback: options.listen.is_some(),
        };
        let core = Core::new(loaded, machine, journal, events, questions);
        core.listens_at(addresses.port);
        let server = Arc::new(Server::new(core, access, addresses, Capacity::of_this_process(), state.clone()));
        // A listener that ends by itself leaves the service without a port: it has failed.
        server.serve(listening.listeners, &router(server.clone()), move || {
            let reason = sentences::START_BROKE.message();
            state.send_replace(State::Failed { reason, port: None });
        });
        let settings = options.settings;
        // Settings that changed while the server was built are applied at once.
        let following = tokio::spawn(follow(server.clone(), settings.subscribe()));
        let folders = Arc::new(FolderClaim::new(paths.clone(), server.url()));
        Self(Arc::new(Inner { server, paths, settings, stopped: OnceCell::new(), following, folders }))
    }

    /// Writes the address file. If another service uses the same folders, the user is told instead, and the file is written when
    /// that one has ended.
    async fn announce(&self) {
        if claim(self.shared(), self.0.folders.clone()).await {
            return;
        }
        let service = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                sleep(NEXT_CLAIM).await;
                let Some(inner) = service.upgrade() else { return };
                if claim(inner.server.clone(), inner.folders.clone()).await {
                    return;
                }
            }
        });
    }

    /// The addresses that it listens on.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.server().addresses.list
    }

    /// The address for clients: `http://localhost:5000`.
    pub fn url(&self) -> String {
        self.server().url()
    }

    /// A watch channel of its state.
    pub fn state(&self) -> watch::Receiver<State> {
        self.server().state.subscribe()
    }

    /// A watch channel of how busy it is.
    pub fn load(&self) -> watch::Receiver<Load> {
        self.core().admission.load()
    }

    /// A watch channel of how runs' process trees are held together; `None` while the engine starts.
    pub fn containment(&self) -> Option<watch::Receiver<Option<Containment>>> {
        self.core().containment()
    }

    /// The level of isolation that a program gets whose request asks for none; `None` while that is not known. It is known once
    /// [`Service::containment`] is.
    pub fn isolation(&self) -> Option<Isolation> {
        self.core().sandbox().map(|(level, _)| level)
    }

    /// A watch channel of the settings in effect.
    pub fn settings(&self) -> watch::Receiver<Loaded> {
        self.core().settings.subscribe()
    }

    /// A watch channel of the refused web origins that the user may allow.
    pub fn pending_origins(&self) -> watch::Receiver<Vec<PendingOrigin>> {
        self.server().access.pending.watch()
    }

    /// Stops it. The port is free at once and new executions are refused; running and queued ones get the settings' grace and are
    /// then cancelled. When this returns, all of them are gone and the journal is written. A second call waits for the first.
    pub async fn stop(&self) {
        self.0.stopped.get_or_init(|| self.0.shut_down()).await;
    }

    /// Waits until it runs no program and none queues, and refuses new ones from that moment on. [`stop`](Self::stop) then
    /// cancels none.
    pub(super) async fn drain_when_idle(&self) {
        self.core().admission.drain_when_idle().await;
    }

    /// Whether both are handles to one service.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Its HTTP side.
    pub(super) fn server(&self) -> &Server {
        &self.0.server
    }

    /// Its HTTP side, for tasks that may outlive this handle.
    pub(super) fn shared(&self) -> Arc<Server> {
        self.0.server.clone()
    }

    /// The core, which runs programs.
    pub(super) fn core(&self) -> &Arc<Core> {
        &self.0.server.core
    }

    /// Applies the settings of the store at once, before the task that follows them does.
    pub(super) async fn apply_settings(&self) {
        self.server().apply(|| self.0.settings.current()).await;
    }

    /// Whether it has neither been stopped nor broken.
    pub(super) fn is_running(&self) -> bool {
        !self.0.stopped.initialized() && matches!(*self.server().state.borrow(), State::Running { .. })
    }

    fn running_state(&self) -> State {
        let Addresses { list, missing, .. } = &self.server().addresses;
        State::Running { url: self.url(), addresses: list.clone(), missing: *missing }
    }
}

impl Inner {
    /// The order matters: nothing new is admitted, then the port is freed for a successor, then the runs end, and their
    /// responses are sent before the connections close.
    async fn shut_down(&self) {
        let server = &self.server;
        server.state.send_replace(State::Stopping);
        server.core.drain();
        server.sessions.stop();
        self.withdraw().await;
        server.stop_listening().await;
        server.core.shut_down().await;
        server.close_connections(LAST_RESPONSES).await;
        self.following.abort();
        server.core.journal.close().await;
        server.state.send_replace(State::Stopped);
    }

    /// Removes the address file and unlocks the folders for another service.
    async fn withdraw(&self) {
        let folders = self.folders.clone();
        // It does nothing that could fail.
        let _ = spawn_blocking(move || folders.withdraw()).await;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abandon();
        self.server.core.registry.cancel_all();
        self.following.abort();
    }
}

/// Warns of origins that were allowed at the start and are denied in the settings.
fn warn_of_denied(options: &Options, settings: &Settings) {
    let denied = &settings.denied_origins;
    for origin in options.allow_origins.iter().filter(|origin| denied.iter().any(|one| one.is_same_page(origin))) {
        tracing::warn!(
            "{origin} is among `denied_origins` in the settings, so `--allow-origin {origin}` has no effect"
        );
    }
}

/// Tries to claim the folders, and updates the problem that another service uses them. Returns whether nothing is left to do.
async fn claim(server: Arc<Server>, folders: Arc<FolderClaim>) -> bool {
    let claimed = spawn_blocking(move || {
        let claimed = folders.claim();
        let is_new = server.note_neighbour(claimed.as_ref().err().cloned());
        match &claimed {
            Err(problem) if is_new => tracing::warn!("{problem}"),
            Ok(()) if is_new => tracing::info!("no other service uses the folders any more"),
            _ => {}
        }
        claimed.is_ok()
    });
    claimed.await.unwrap_or(true)
}

/// Applies each change of the settings, including changes made while the service was built.
async fn follow(server: Arc<Server>, mut changes: watch::Receiver<Loaded>) {
    loop {
        server.apply(|| changes.borrow_and_update().clone()).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// Publishes the problems whenever programs cannot be started, or can be again, until the engine is gone.
async fn follow_trouble(server: Weak<Server>) {
    let Some(mut changes) = server.upgrade().and_then(|server| server.core.trouble_changes()) else { return };
    let mut is_over = false;
    loop {
        let Some(server) = server.upgrade() else { return };
        server.publish_problems();
        if is_over {
            return;
        }
        drop(server);
        is_over = changes.changed().await.is_err();
    }
}
