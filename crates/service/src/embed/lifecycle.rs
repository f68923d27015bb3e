//! The life of the service: stopped, starting, running, stopping, failed.
//!
//! One [`Lifecycle`] owns the state and publishes it; everything else subscribes.

use std::sync::{PoisonError, RwLock};

use runtray_engine::interpreter::Machine;
use tokio::sync::{Mutex, broadcast, watch};

use super::history::History;
use super::options::Options;
use super::retained::Retained;
use super::service::Service;
use super::start_error::StartError;
use crate::http::access::denials::Denials;
use crate::http::state::State;
use crate::platform::origin::Origin;
use crate::runs::event_bus::ExecutionEvent;
use crate::runs::questions::Questions;
use crate::settings::{ChangeError, Changes, Loaded, Settings, SettingsStore};

/// A service that can be started, stopped and started again. Its settings and its subscribers survive.
pub struct Lifecycle {
    options: Options,
    retained: Retained,
    service: watch::Sender<Option<Service>>,
    stopping: watch::Sender<Option<Service>>,
    /// Held while the service starts or stops, so that these never overlap.
    changing: Mutex<()>,
    /// The machine, with the results of probes until the service is restarted.
    machine: RwLock<Machine>,
}

impl Lifecycle {
    /// A stopped service.
    pub fn new(options: Options) -> Self {
        let retained = Retained::of(&options.paths);
        let (service, stopping) = (watch::Sender::new(None), watch::Sender::new(None));
        let machine = RwLock::new(new_machine(&options.settings));
        Self { options, retained, service, stopping, changing: Mutex::new(()), machine }
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
    /// The service could not be started; its state is [`State::Failed`].
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
        self.stop_now().await;
    }

    /// Stops the service as soon as it runs no program, so that none is cancelled, and waits until it is gone. It accepts
    /// programs until then. Cancel safe as long as programs run.
    pub async fn stop_when_idle(&self) {
        let mut drained: Option<Service> = None;
        loop {
            let changing = self.changing.lock().await;
            let running = self.service.borrow().clone();
            match running {
                // After a restart it is another service than before.
                Some(service) if !drained.as_ref().is_some_and(|drained| drained.is(&service)) => {
                    drop(changing);
                    service.drain_when_idle().await;
                    drained = Some(service);
                }
                _ => return self.stop_now().await,
            }
        }
    }

    /// Stops the service. The caller holds `changing`.
    async fn stop_now(&self) {
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
    /// The service could not be started; its state is [`State::Failed`].
    pub async fn restart(&self) -> Result<Service, StartError> {
        let _changing = self.changing.lock().await;
        self.start_anew().await
    }

    /// The machine that interpreters are found on. Searches of it share the service's probes.
    pub fn machine(&self) -> Machine {
        self.machine.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The owner of the settings.
    pub(super) fn settings(&self) -> SettingsStore {
        self.options.settings.clone()
    }

    /// The programs that wait for the user's answer whether they may use the network.
    pub(super) fn questions(&self) -> &Questions {
        &self.retained.questions
    }

    /// Web origins that were denied while the settings could not be written.
    pub(super) fn denials(&self) -> &Denials {
        &self.retained.denials
    }

    /// Removes the pages of this one's site from those that wait for approval.
    pub(super) fn forget_pending(&self, origin: &Origin) {
        if let Some(service) = &*self.service.borrow() {
            service.server().access.pending.forget_site(origin);
        }
    }

    /// Writes changes into the settings file, all or none, and applies them at once, except those that need a restart.
    ///
    /// # Errors
    /// A key is unknown, a value is invalid, or the file cannot be changed.
    pub async fn change_settings(&self, changes: Changes) -> Result<Loaded, ChangeError> {
        self.change_settings_by(|_| changes).await
    }

    /// Like [`change_settings`](Self::change_settings), with changes that depend on the settings of the file.
    pub(super) async fn change_settings_by(
        &self,
        changes: impl FnOnce(&Settings) -> Changes + Send + 'static,
    ) -> Result<Loaded, ChangeError> {
        let changed = self.options.settings.change_by(changes).await?;
        let service = self.service.borrow().clone();
        if let Some(service) = service {
            service.apply_settings().await;
        }
        Ok(changed)
    }

    async fn stop_running(&self) {
        // Cloned first: the channel must not be borrowed while the service stops.
        let running = self.service.borrow().clone();
        if running.is_some() {
            // A restart looks for every interpreter again.
            *self.machine.write().unwrap_or_else(PoisonError::into_inner) = new_machine(&self.options.settings);
        }
        self.stopping.send_replace(running.clone());
        self.service.send_replace(None);
        if let Some(service) = running {
            service.stop().await;
            self.stopping.send_replace(None);
        }
    }

    async fn start_anew(&self) -> Result<Service, StartError> {
        self.stop_running().await;
        let service = Service::start_with(self.options.clone(), self.retained.clone(), self.machine()).await?;
        self.service.send_replace(Some(service.clone()));
        Ok(service)
    }
}

/// This machine, on which no interpreter has been probed.
fn new_machine(settings: &SettingsStore) -> Machine {
    let machine = Machine::this();
    machine.set_writable(&settings.current().settings.sandbox_write);
    machine
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use runtray_engine::interpreter;
    use serde_json::json;
    use tempfile::TempDir;

    use super::{Changes, Lifecycle, Options, Retained, Service};
    use crate::http::listen::Listening;
    use crate::platform::paths::Paths;
    use crate::settings::{SettingsStore, parses};

    /// A program that answers as Python and counts its probes. Another process writes it, because the system does not start a
    /// file that a forked test has open for writing.
    fn python(path: &Path) {
        let description = json!({
            "version": [3, 13, 0, "final", 0],
            "implementation": "cpython",
            "executable": path,
            "prefix": path.parent(),
            "base_prefix": path.parent(),
        });
        let mut writer = Command::new("/bin/sh");
        writer.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
        let mut writer = writer.spawn().expect("a shell");
        let script = format!("#!/bin/sh\necho asked >> \"$0.asked\"\necho '{description}'\n");
        writer.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("a shell that reads");
        assert!(writer.wait().expect("a shell that ends").success());
    }

    fn times_probed(path: &Path) -> usize {
        fs::read_to_string(path.with_extension("asked")).map_or(0, |asked| asked.lines().count())
    }

    /// A lifecycle with a service that has no engine and no socket.
    fn fixture(folder: &TempDir, settings: &str) -> (Lifecycle, SettingsStore) {
        let below = |name: &str| folder.path().join(name);
        let file = below("settings.toml");
        fs::write(&file, settings).expect("a file");
        let store = SettingsStore::open(&file);
        let options = Options {
            settings: store.clone(),
            paths: Paths { config: below("config"), data: below("data"), runs: below("runs") },
            port: None,
            listen: None,
            allow_origins: Vec::new(),
            token: None,
        };
        let lifecycle = Lifecycle::new(options.clone());
        let listening = Listening { listeners: Vec::new(), addresses: Vec::new(), port: 0, missing: None };
        let retained = Retained::of(&options.paths);
        let service = Service::serve(options, store.current(), None, listening, retained, lifecycle.machine());
        lifecycle.service.send_replace(Some(service));
        (lifecycle, store)
    }

    #[tokio::test]
    async fn a_changed_python_costs_two_parses_and_probes_of_that_python_only() {
        const MARK: &str = "# a file of which one key is changed";
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let [first, second, node] = ["first", "second", "node"].map(path);
        [&first, &second].into_iter().for_each(|program| python(program));
        let text = format!("{MARK}\n[python]\npath = {first:?}\n[node]\npath = {node:?}\n[journal]\nenabled = false\n");
        let (lifecycle, store) = fixture(&folder, &text);
        let service = lifecycle.service().borrow().clone().expect("a service");
        let search = |choice: &PathBuf| interpreter::pythons(lifecycle.machine(), Some(choice.clone()));
        tokio::join!(service.languages(), search(&first));
        let probed = || [&first, &second].map(|program| times_probed(program));
        assert_eq!((parses::with(MARK), probed()), (1, [2, 0]));

        // The app searches for all Pythons as soon as the settings are published.
        let mut published = store.subscribe();
        let app = async {
            published.changed().await.expect("new settings");
            search(&second).await
        };
        let changes = Changes::from([("python.path".to_owned(), Some(json!(second)))]);
        let (changed, found) = tokio::join!(lifecycle.change_settings(changes), app);
        assert_eq!(changed.expect("a change").settings.python.as_ref(), Some(&second));
        assert!(found.found.iter().any(|python| python.path == second && python.in_use), "{found:?}");
        assert_eq!(service.python().await.expect("a Python").path, second, "it is in effect");
        // As the watcher does when it notices the change.
        store.refresh();
        service.languages().await;
        assert_eq!((parses::with(MARK), probed()), (3, [2, 2]));
    }
}
