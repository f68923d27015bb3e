//! The core of the service: runs programs. It knows neither HTTP nor access rules.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Languages, Runtime};
use runtray_engine::{Config, Containment, Engine, Isolation, Job, SandboxReport};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::admission::Admission;
use super::engine_handle::EngineHandle;
use super::error::RunError;
use super::event_bus::EventBus;
use super::execution::{Context, Execution, Live};
use super::isolation::{self, Wish};
use super::metrics::Metrics;
use super::recorder::Recorder;
use super::registry::Registry;
use crate::journal::Journal;
use crate::platform::paths::Paths;
use crate::settings::{IsolationChoice, Loaded};

/// How long cancelled executions may take to end when the service stops.
const CANCEL_TIME: Duration = Duration::from_secs(10);

/// Everything that running a program takes.
pub(crate) struct Core {
    /// The settings in effect.
    pub(crate) settings: watch::Sender<Loaded>,
    /// The slots and the queue.
    pub(crate) admission: Admission,
    /// The running executions.
    pub(crate) registry: Registry,
    /// The counters.
    pub(crate) metrics: Arc<Metrics>,
    /// The executions that ended and run.
    pub(crate) journal: Journal,
    events: EventBus,
    engine: EngineHandle,
    languages: RwLock<Arc<Languages>>,
    machine: Machine,
    tasks: TaskTracker,
}

impl Core {
    /// A core whose engine has not been started, with the interpreters of `machine`. Executions wait for the engine.
    pub(crate) fn new(loaded: Loaded, machine: Machine, journal: Journal, events: EventBus) -> Self {
        let settings = &loaded.settings;
        Self {
            admission: Admission::new(settings.slots, settings.queue),
            languages: RwLock::new(Arc::new(Languages::new(settings.choices(), machine.clone()))),
            machine,
            settings: watch::Sender::new(loaded),
            registry: Registry::default(),
            metrics: Arc::new(Metrics::new()),
            journal,
            events,
            engine: EngineHandle::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// Starts the engine.
    ///
    /// # Errors
    /// It cannot run programs here. Executions that wait for it are then refused.
    pub(crate) async fn start_engine(&self, paths: &Paths) -> Result<(), runtray_engine::Error> {
        let warm = self.settings.borrow().settings.warm.clone();
        let config = Config { runs_folder: paths.runs.clone(), hidden: paths.hidden(), warm };
        // It makes folders and a process, which must not block the tasks that answer `/health`.
        let starting = tokio::task::spawn_blocking(move || Engine::start(&config)).await;
        match starting.unwrap_or_else(|failed| Err(runtray_engine::Error::Supervisor(io::Error::other(failed)))) {
            Ok(engine) => self.engine.set(engine),
            Err(error) => {
                self.engine.take();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Applies new settings. Calls must come one after another.
    pub(crate) async fn apply(&self, loaded: Loaded) {
        let old = self.settings.borrow().settings.clone();
        let new = &loaded.settings;
        if old.choices() != new.choices() {
            let languages = self.languages().with(new.choices());
            *self.languages.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(languages);
        }
        if (old.slots, old.queue) != (new.slots, new.queue) {
            self.admission.resize(new.slots, new.queue);
        }
        if let Some(engine) = self.engine.ready().filter(|_| old.warm != new.warm) {
            engine.configure(new.warm.clone());
        }
        self.journal.apply(&new.journal);
        self.settings.send_replace(loaded);
        self.prestart().await;
    }

    /// Finds the interpreters, and starts as many ahead as the settings always keep waiting.
    pub(crate) async fn prestart(&self) {
        if let Some(engine) = self.engine.ready() {
            self.prefer_isolated_python(&engine).await;
        }
        let entries = self.languages().list().await;
        // An engine that is still starting gets a call of its own once it has started.
        let Some(engine) = self.engine.ready() else { return };
        let settings = self.settings.borrow().settings.clone();
        let policy = isolation::policy(&engine, &settings, settings.isolation).await;
        for runtime in entries.into_iter().filter_map(|entry| entry.runtime.ok()) {
            engine.expect(&runtime, &settings.limits, &policy);
        }
    }

    /// The interpreter for the language of that name or alias.
    ///
    /// # Errors
    /// The settings forbid to run anything, the language is unknown, or none of its interpreters can be used.
    pub(crate) async fn runtime(&self, name: &str) -> Result<Arc<Runtime>, RunError> {
        if let Some(reason) = self.settings.borrow().settings.refuse_to_run.clone() {
            return Err(RunError::NoIsolation(reason));
        }
        // Whether an own Python would be isolated is known once the engine has started.
        if self.machine.may_prefer_built_in()
            && let Ok(engine) = self.engine.started().await
        {
            self.prefer_isolated_python(&engine).await;
        }
        let languages = self.languages();
        let language = languages.find(name).ok_or_else(|| unknown(name, &languages))?;
        languages.runtime(language).await.map_err(|reason| RunError::NoRuntime(reason.0))
    }

    /// Searches the Python again where `engine` has found that nothing isolates own ones.
    async fn prefer_isolated_python(&self, engine: &Engine) {
        let settings = self.settings.borrow().settings.clone();
        if isolation::prefer_isolated_python(engine, &settings, &self.machine).await {
            let languages = self.languages().with(settings.choices());
            *self.languages.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(languages);
        }
    }

    /// The level of isolation for a program whose request asks for `wish`.
    ///
    /// # Errors
    /// The settings forbid it, or this version does not have it.
    pub(crate) fn isolation(&self, wish: Wish) -> Result<IsolationChoice, RunError> {
        isolation::chosen(&self.settings.borrow().settings, wish)
    }

    /// The level of a program whose request names none, and the sandbox's parts on this machine; `None`
    /// while that is not known.
    pub(crate) fn sandbox(&self) -> Option<(Isolation, SandboxReport)> {
        let report = self.engine.ready()?.sandbox_report().borrow().clone()?;
        Some((isolation::level(self.settings.borrow().settings.isolation, !report.is_for_auto()), report))
    }

    /// Starts `job` at the level `isolation` as soon as there is a slot for it.
    ///
    /// # Errors
    /// [`RunError::Refused`]: all slots and the queue are full, or the service stops.
    pub(crate) async fn execute(
        &self,
        job: Job,
        isolation: IsolationChoice,
        live: Live,
    ) -> Result<Execution, RunError> {
        let slot = match job.request().is_interactive() {
            true => self.admission.admit_interactive(self.settings.borrow().settings.terminals)?,
            false => self.admission.admit().await?,
        };
        // Those of now: the settings may have changed while it waited for its slot.
        let job = job.with_limits(self.settings.borrow().settings.limits.clone());
        Ok(Execution::start(self.context(), job, isolation, slot, live))
    }

    /// Ends all executions: they get the settings' grace, then they are cancelled. The engine is gone when this returns.
    /// Admission must have been closed before.
    pub(crate) async fn shut_down(&self) {
        let grace = self.settings.borrow().settings.stop_grace;
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            self.registry.cancel_all();
        }
        // Taken away while the last runs end: executions that still wait for the engine are refused.
        let engine = self.engine.take();
        let gone = async {
            self.tasks.wait().await;
            if let Some(engine) = engine {
                engine.shutdown().await;
            }
        };
        if timeout(CANCEL_TIME, gone).await.is_err() {
            tracing::error!("executions are left that do not end");
        }
    }

    /// The languages of this machine.
    pub(crate) fn languages(&self) -> Arc<Languages> {
        self.languages.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of interpreters that were started ahead and wait, by language.
    pub(crate) fn waiting(&self) -> BTreeMap<String, usize> {
        self.engine.ready().map(|engine| engine.waiting()).unwrap_or_default()
    }

    /// A watch channel of how runs' process trees are held together; `None` while the engine starts.
    pub(crate) fn containment(&self) -> Option<watch::Receiver<Option<Containment>>> {
        self.engine.ready().map(|engine| engine.containment())
    }

    /// Why the engine cannot start programs, if that is not the programs' own fault.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.engine.ready().and_then(|engine| engine.trouble())
    }

    fn context(&self) -> Context {
        let settings = self.settings.subscribe();
        let (journal, metrics, events) = (self.journal.clone(), self.metrics.clone(), self.events.clone());
        Context {
            recorder: Recorder::new(settings.clone(), journal, metrics, events),
            settings,
            engine: self.engine.clone(),
            registry: self.registry.clone(),
            tasks: self.tasks.clone(),
        }
    }
}

fn unknown(name: &str, languages: &Languages) -> RunError {
    RunError::UnknownLanguage { name: name.to_owned(), known: languages.names().join(", ") }
}

#[cfg(test)]
mod tests;
