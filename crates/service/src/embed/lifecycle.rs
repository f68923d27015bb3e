//! The life of the service: stopped, starting, running, stopping, failed.
//!
//! One [`Lifecycle`] owns the state and publishes it; everything else subscribes.

use std::collections::BTreeMap;
use std::io;
use std::sync::PoisonError;

use serde_json::Value;
use tokio::sync::{Mutex, broadcast, watch};
use tokio::task::spawn_blocking;

use super::history::History;
use super::options::Options;
use super::retained::Retained;
use super::service::Service;
use super::start_error::StartError;
use crate::http::access::denials::Denials;
use crate::http::state::State;
use crate::platform::origin::Origin;
use crate::runs::event_bus::ExecutionEvent;
use crate::settings::{self, ChangeError, EditError, Loaded, Settings};

/// A service that can be started, stopped and started again. Its settings and its subscribers survive.
pub struct Lifecycle {
    options: Options,
    retained: Retained,
    service: watch::Sender<Option<Service>>,
    stopping: watch::Sender<Option<Service>>,
    /// Held while the service starts or stops, so that these never overlap.
    changing: Mutex<()>,
    /// Held while the settings file is read, changed and written.
    editing: Mutex<()>,
    /// The settings of the last time that the file was valid.
    last: std::sync::Mutex<Settings>,
}

impl Lifecycle {
    /// A stopped service.
    pub fn new(options: Options) -> Self {
        let (retained, service, stopping) = (Retained::default(), watch::Sender::new(None), watch::Sender::new(None));
        let last = std::sync::Mutex::new(options.settings.settings.clone());
        Self { options, retained, service, stopping, changing: Mutex::new(()), editing: Mutex::new(()), last }
    }

    /// A watch channel of the service's state.
    pub fn state(&self) -> watch::Receiver<State> {
        self.retained.state.subscribe()
    }

    /// A watch channel of the service; `None` while it does not run.
    pub fn service(&self) -> watch::Receiver<Option<Service>> {
        self.service.subscribe()
    }

    /// A watch channel of the service while it stops and its last executions get their grace. It is no longer
    /// [`service`](Self::service) then.
    pub fn stopping(&self) -> watch::Receiver<Option<Service>> {
        self.stopping.subscribe()
    }

    /// The beginning and the end of each execution from now on.
    pub fn events(&self) -> broadcast::Receiver<ExecutionEvent> {
        self.retained.events.subscribe()
    }

    /// The executions in the journal, whether or not the service runs.
    pub fn history(&self) -> History {
        History::new(self.service(), self.options.paths.clone(), self.retained.events.clone())
    }

    /// Starts the service with the current settings. A running service is left alone.
    ///
    /// # Errors
    /// It could not be started; its state is [`State::Failed`].
    pub async fn start(&self) -> Result<Service, StartError> {
        let _changing = self.changing.lock().await;
        let running = self.service.borrow().clone().filter(Service::is_running);
        match running {
            Some(running) => Ok(running),
            None => self.start_anew().await,
        }
    }

    /// Stops the service and waits until it is gone. A failed service becomes stopped.
    pub async fn stop(&self) {
        let _changing = self.changing.lock().await;
        self.stop_running().await;
        // Subscribers are not woken if the service has published that itself.
        self.retained.state.send_if_modified(|state| match state {
            State::Stopped => false,
            _ => {
                *state = State::Stopped;
                true
            }
        });
    }

    /// Stops the service and starts it with the current settings.
    ///
    /// # Errors
    /// It could not be started; its state is [`State::Failed`].
    pub async fn restart(&self) -> Result<Service, StartError> {
        let _changing = self.changing.lock().await;
        self.start_anew().await
    }

    /// The current settings of the file. While the file is invalid, the last valid settings stay in force.
    pub fn settings_now(&self) -> Loaded {
        let Some(file) = &self.options.settings_file else { return self.options.settings.clone() };
        let running = self.service.borrow().as_ref().map(|service| service.settings().borrow().settings.clone());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Loaded::from_file_after(file, &running.unwrap_or_else(|| last.clone()));
        *last = now.settings.clone();
        now
    }

    /// Web origins that were denied while the settings could not be written.
    pub(super) fn denials(&self) -> &Denials {
        &self.retained.denials
    }

    /// Removes `origin` from those that wait for approval.
    pub(super) fn forget_pending(&self, origin: &Origin) {
        if let Some(service) = &*self.service.borrow() {
            service.server().access.pending.forget(std::slice::from_ref(origin));
        }
    }

    /// Writes changes into the settings file, all or none, and applies them at once, except those that need a restart. Each
    /// change is a key's full name, such as `limits.timeout_ms`, with its value, or `None` for the default.
    ///
    /// # Errors
    /// A key is unknown, a value is invalid, or the file cannot be changed.
    pub async fn change_settings(&self, changes: BTreeMap<String, Option<Value>>) -> Result<Loaded, ChangeError> {
        let Some(file) = self.options.settings_file.clone() else { return Ok(self.settings_now()) };
        let _editing = self.editing.lock().await;
        let failed =
            |error| EditError::Write { path: self.options.paths.settings_file(), source: io::Error::other(error) };
        let changed = spawn_blocking(move || settings::change(&file, &changes)).await.map_err(failed)??;
        let service = self.service.borrow().clone();
        if let Some(service) = service {
            service.apply(changed.clone()).await;
        }
        Ok(changed)
    }

    async fn stop_running(&self) {
        // Remembers the settings in effect, in case the file is invalid when the service starts again.
        self.settings_now();
        // Cloned first: the channel must not be borrowed while the service stops.
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
        let service = Service::start_with(options, self.retained.clone()).await?;
        self.service.send_replace(Some(service.clone()));
        Ok(service)
    }
}
