//! The service's life: stopped, starting, running, stopping, failed.
//!
//! One [`Lifecycle`] owns the state and publishes it; everybody else only watches.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use crate::service::{Options, Service, StartError};
use crate::settings::Loaded;

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
        reason: String,
    },
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

/// A service that can be started, stopped and started again; its settings survive.
pub struct Lifecycle {
    options: Options,
    state: Arc<watch::Sender<State>>,
    /// Held while the service starts or stops, so that one comes after the other.
    service: Mutex<Option<Service>>,
}

impl Lifecycle {
    /// A service that is stopped.
    pub fn new(options: Options) -> Self {
        Self { options, state: Arc::new(watch::Sender::new(State::Stopped)), service: Mutex::new(None) }
    }

    /// Where the service is, now and whenever that changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Starts the service with what the settings say now; one that runs is left alone.
    ///
    /// # Errors
    /// It cannot run; [`State::Failed`] says so too.
    pub async fn start(&self) -> Result<Service, StartError> {
        let mut service = self.service.lock().await;
        match &*service {
            Some(running) if running.is_running() => Ok(running.clone()),
            _ => self.start_in(&mut service).await,
        }
    }

    /// Stops the service and waits until it is gone.
    pub async fn stop(&self) {
        if let Some(service) = self.service.lock().await.take() {
            service.stop().await;
        }
    }

    /// Stops the service and starts it with what the settings say now.
    ///
    /// # Errors
    /// It cannot run any more; [`State::Failed`] says so too.
    pub async fn restart(&self) -> Result<Service, StartError> {
        self.start_in(&mut *self.service.lock().await).await
    }

    async fn start_in(&self, held: &mut Option<Service>) -> Result<Service, StartError> {
        if let Some(old) = held.take() {
            old.stop().await;
        }
        let settings = match &self.options.settings_file {
            Some(file) => Loaded::from_file(file),
            None => self.options.settings.clone(),
        };
        let options = Options { settings, ..self.options.clone() };
        let service = Service::start_in(options, self.state.clone()).await?;
        Ok(held.insert(service).clone())
    }
}
