//! The service's life: stopped, starting, running, stopping, failed.
//!
//! One [`Lifecycle`] owns the state and publishes it; everybody else only watches.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError};

use runtray_engine::said::Said;
use serde_json::Value;
use tokio::sync::{Mutex, broadcast, watch};
use tokio::task::spawn_blocking;

use crate::embed::history::History;
use crate::embed::service::{Options, Service, StartError};
use crate::http::guard::denials::Denials;
use crate::http::listen::Holder;
use crate::platform::origin::Origin;
use crate::runs::event_bus::{Feed, News};
use crate::settings::{self, ChangeError, EditError, Loaded, Settings};

/// Where the service is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does not run.
    Stopped,
    /// It is about to run.
    Starting,
    /// It runs.
    Running {
        /// For clients: `http://localhost:5000`.
        url: String,
        /// What it listens on.
        addresses: Vec<SocketAddr>,
        /// The loopback address that this machine does not have.
        missing: Option<IpAddr>,
    },
    /// It takes no more executions, and those that run get their grace.
    Stopping,
    /// It could not start, or broke.
    Failed {
        /// Why, for people.
        reason: Said,
        /// What is wrong with the port, where that is why.
        port: Option<PortTrouble>,
    },
}

/// A port that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortTrouble {
    /// The port.
    pub port: u16,
    /// Who has it, where the system tells; nobody has one that the system keeps for itself.
    pub holder: Option<Holder>,
    /// Whether no program has it, but the system keeps it for itself.
    pub is_reserved: bool,
    /// A port that is free on both addresses.
    pub free_port: Option<u16>,
}

impl State {
    /// The name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running { .. } => "running",
            Self::Stopping => "stopping",
            Self::Failed { .. } => "failed",
        }
    }
}

/// A service that can be started, stopped and started again; its settings and its feed survive.
pub struct Lifecycle {
    options: Options,
    publishing: Publishing,
    service: watch::Sender<Option<Service>>,
    stopping: watch::Sender<Option<Service>>,
    /// Held while the service starts or stops, so that one comes after the other.
    changing: Mutex<()>,
    /// Held while the settings file is changed: it is read, changed and written.
    editing: Mutex<()>,
    /// What the settings file said when it could last be used.
    last: std::sync::Mutex<Settings>,
}

/// Where a service tells what happens to it.
#[derive(Clone)]
pub(crate) struct Publishing {
    /// Its state.
    pub(crate) state: Arc<watch::Sender<State>>,
    /// Its executions.
    pub(crate) feed: Feed,
    /// Origins that are denied although the settings do not say so.
    pub(crate) denials: Denials,
}

impl Default for Publishing {
    fn default() -> Self {
        Self { state: Arc::new(watch::Sender::new(State::Stopped)), feed: Feed::default(), denials: Denials::default() }
    }
}

impl Lifecycle {
    /// A service that is stopped.
    pub fn new(options: Options) -> Self {
        let (publishing, service, stopping) =
            (Publishing::default(), watch::Sender::new(None), watch::Sender::new(None));
        let last = std::sync::Mutex::new(options.settings.settings.clone());
        Self { options, publishing, service, stopping, changing: Mutex::new(()), editing: Mutex::new(()), last }
    }

    /// Where the service is, now and whenever that changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.publishing.state.subscribe()
    }

    /// The service, now and whenever it starts or stops; `None` while it does not run.
    pub fn service(&self) -> watch::Receiver<Option<Service>> {
        self.service.subscribe()
    }

    /// The service while it stops, now and whenever that begins or ends: its last executions get their grace. It is no longer
    /// [`service`](Self::service) then.
    pub fn stopping(&self) -> watch::Receiver<Option<Service>> {
        self.stopping.subscribe()
    }

    /// Executions as they begin and end, from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.publishing.feed.subscribe()
    }

    /// What ran, whether or not the service runs.
    pub fn history(&self) -> History {
        History::new(self.service(), self.options.places.clone(), self.publishing.feed.clone())
    }

    /// Starts the service with what the settings say now; one that runs is left alone.
    ///
    /// # Errors
    /// It cannot run; [`State::Failed`] says so too.
    pub async fn start(&self) -> Result<Service, StartError> {
        let _changing = self.changing.lock().await;
        let running = self.service.borrow().clone().filter(Service::is_running);
        match running {
            Some(running) => Ok(running),
            None => self.start_anew().await,
        }
    }

    /// Stops the service and waits until it is gone. One that had failed is stopped too: it is not to run.
    pub async fn stop(&self) {
        let _changing = self.changing.lock().await;
        self.stop_running().await;
        self.publishing.state.send_if_modified(|state| match state {
            State::Stopped => false,
            _ => {
                *state = State::Stopped;
                true
            }
        });
    }

    /// Stops the service and starts it with what the settings say now.
    ///
    /// # Errors
    /// It cannot run any more; [`State::Failed`] says so too.
    pub async fn restart(&self) -> Result<Service, StartError> {
        let _changing = self.changing.lock().await;
        self.start_anew().await
    }

    /// What the settings file says now; while it cannot be used, what it said before still holds.
    pub fn settings_now(&self) -> Loaded {
        let Some(file) = &self.options.settings_file else { return self.options.settings.clone() };
        let running = self.service.borrow().as_ref().map(|service| service.settings().borrow().settings.clone());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Loaded::from_file_after(file, &running.unwrap_or_else(|| last.clone()));
        *last = now.settings.clone();
        now
    }

    /// Origins that are denied although the settings do not say so.
    pub(crate) fn denials(&self) -> &Denials {
        &self.publishing.denials
    }

    /// Offers `origin` for approval no longer.
    pub(crate) fn forget_pending(&self, origin: &Origin) {
        if let Some(service) = &*self.service.borrow() {
            service.app().pending.forget(std::slice::from_ref(origin));
        }
    }

    /// Writes changes into the settings file, all or none, and brings them into effect at once, but for those that a restart
    /// does. Each is a key's full name, such as `limits.timeout_ms`, with its value, or `None` for the default.
    ///
    /// # Errors
    /// A key is not known, a value not one that it takes, or the file cannot be changed.
    pub async fn change_settings(&self, changes: BTreeMap<String, Option<Value>>) -> Result<Loaded, ChangeError> {
        let Some(file) = self.options.settings_file.clone() else { return Ok(self.settings_now()) };
        let _editing = self.editing.lock().await;
        let failed =
            |error| EditError::Write { path: self.options.places.settings_file(), source: io::Error::other(error) };
        let changed = spawn_blocking(move || settings::change(&file, &changes)).await.map_err(failed)??;
        let service = self.service.borrow().clone();
        if let Some(service) = service {
            service.apply(changed.clone()).await;
        }
        Ok(changed)
    }

    async fn stop_running(&self) {
        // What holds while it runs holds when it starts again, should the file be broken by then.
        self.settings_now();
        // Taken out of the channel first: a borrow must not be held while the service stops.
        let running = self.service.borrow().clone();
        self.stopping.send_replace(running.clone());
        self.service.send_replace(None);
        if let Some(service) = running {
            service.stop().await;
            self.stopping.send_replace(None);
        }
    }

    async fn start_anew(&self) -> Result<Service, StartError> {
        self.stop_running().await;
        let options = Options { settings: self.settings_now(), ..self.options.clone() };
        let service = Service::start_in(options, self.publishing.clone()).await?;
        self.service.send_replace(Some(service.clone()));
        Ok(service)
    }
}
