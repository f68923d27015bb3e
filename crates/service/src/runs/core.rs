//! The core of the service: runs programs. It knows neither HTTP nor access rules.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Languages, Runtime};
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Config, Containment, Engine, Isolation, Job, SandboxReport};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::admission::Admission;
use super::auto;
use super::engine_handle::EngineHandle;
use super::error::RunError;
use super::event_bus::EventBus;
use super::execution::{Context, Execution, Live};
use super::isolation::{self, Chosen, Wish};
use super::metrics::Metrics;
use super::questions::Questions;
use super::recorder::Recorder;
use super::registry::Registry;
use super::version;
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
    /// The programs that wait for the user's answer whether they may use the network.
    pub(crate) questions: Questions,
    /// The counters.
    pub(crate) metrics: Arc<Metrics>,
    /// The executions that ended and run.
    pub(crate) journal: Journal,
    events: EventBus,
    engine: EngineHandle,
    languages: RwLock<Arc<Languages>>,
    machine: Machine,
    tasks: TaskTracker,
    own_port: OnceLock<u16>,
    /// The latest task of [`prestart`](Core::prestart).
    prestarting: Mutex<Option<JoinHandle<()>>>,
}

impl Core {
    /// A core whose engine has not been started, with the interpreters of `machine`. Executions wait for the engine.
    pub(crate) fn new(
        loaded: Loaded,
        machine: Machine,
        journal: Journal,
        events: EventBus,
        questions: Questions,
    ) -> Arc<Self> {
        let settings = &loaded.settings;
        Arc::new(Self {
            admission: Admission::new(settings.slots, settings.queue),
            languages: RwLock::new(Arc::new(Languages::new(settings.choices(), machine.clone()))),
            machine,
            settings: watch::Sender::new(loaded),
            registry: Registry::default(),
            questions,
            metrics: Arc::new(Metrics::new()),
            journal,
            events,
            engine: EngineHandle::default(),
            tasks: TaskTracker::new(),
            own_port: OnceLock::new(),
            prestarting: Mutex::default(),
        })
    }

    /// Starts the engine.
    ///
    /// # Errors
    /// The engine cannot run programs here. Executions that wait for it are then refused.
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

    /// Applies new settings. Calls must come one after another. Interpreters are prestarted in the background.
    pub(crate) fn apply(self: &Arc<Self>, loaded: Loaded) {
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
        self.prestart();
    }

    /// Finds the interpreters, and starts as many ahead as the settings always keep waiting, in a task of its own: a program
    /// that comes before looks for its interpreter itself. An earlier such task ends first, so that it cannot prestart by old
    /// settings.
    pub(crate) fn prestart(self: &Arc<Self>) {
        let mut latest = self.prestarting.lock().unwrap_or_else(PoisonError::into_inner);
        let (core, earlier) = (Arc::clone(self), latest.take());
        if let Some(earlier) = &earlier {
            earlier.abort();
        }
        *latest = Some(tokio::spawn(async move {
            if let Some(earlier) = earlier {
                earlier.await.ok();
            }
            core.expect_programs().await;
        }));
    }

    /// Tells the engine which interpreters to prestart, once they are found.
    async fn expect_programs(&self) {
        if let Some(engine) = self.engine.ready() {
            self.prefer_isolated_python(&engine).await;
        }
        let entries = self.languages().list().await;
        // An engine that is still starting gets a call of its own once it has started.
        let Some(engine) = self.engine.ready() else { return };
        let (settings, languages) = (self.settings.borrow().settings.clone(), self.languages());
        let report = engine.sandbox().await;
        for runtime in entries.into_iter().filter_map(|entry| entry.runtime.ok()) {
            let how = (Chosen::of(&settings), &*runtime);
            let Ok(policy) = isolation::policy(&engine, &languages, &settings, how, self.own_port()).await else {
                continue;
            };
            // With a network that this machine cannot give, only programs that their interpreter isolates are run.
            let is_refused = policy.network.is_some() && report.no_network().is_some();
            if !is_refused || runtime.isolation != Isolation::None {
                engine.expect(&runtime, &settings.limits, &policy);
            }
        }
    }

    /// The interpreter for the language of that name or alias at the settings' level of isolation.
    ///
    /// # Errors
    /// The errors of [`runtime_for`](Self::runtime_for).
    pub(crate) async fn runtime(&self, name: &str) -> Result<Arc<Runtime>, RunError> {
        self.runtime_for(name, Wish::default()).await
    }

    /// The interpreter for the language of that name or alias, for a program whose request asks for `wish`. Whether its level
    /// of isolation may be given is checked here, before it waits for a slot, and decided when it starts.
    ///
    /// # Errors
    /// The settings forbid to run anything or the level, the language is unknown, or none of its interpreters can be used.
    pub(crate) async fn runtime_for(&self, name: &str, wish: Wish) -> Result<Arc<Runtime>, RunError> {
        let settings = self.settings.borrow().settings.clone();
        let level = isolation::requested(&settings, wish.isolation).map_err(RunError::NoIsolation)?;
        // Whether an own Python would be isolated is known once the engine has started.
        if self.machine.may_prefer_built_in()
            && let Ok(engine) = self.engine.started().await
        {
            self.prefer_isolated_python(&engine).await;
        }
        let languages = self.languages();
        let Some(language) = languages.find(name) else { return Err(self.unknown(name).await) };
        let found = isolation::runtime(&languages, language, level).await;
        let runtime = found.map_err(|reason| match level {
            IsolationChoice::Wasm | IsolationChoice::Container => RunError::NoIsolation(reason.0),
            _ => RunError::NoRuntime(reason.0),
        })?;
        // While the engine starts it is not known; then it is checked when the program starts.
        let report = self.sandbox().map(|(_, report)| report);
        self.other_version(name, &runtime)?;
        match report.and_then(|report| auto::refusal(&settings, level, &runtime, &report)) {
            Some(reason) => Err(RunError::NoIsolation(reason)),
            None => Ok(runtime),
        }
    }

    /// A sentence for the answer if the version in `name` differs from the version of `runtime`, which runs the program.
    ///
    /// # Errors
    /// [`RunError::NoRuntime`]: the interpreter cannot run such a program.
    pub(crate) fn other_version(&self, name: &str, runtime: &Runtime) -> Result<Option<String>, RunError> {
        let told = self.languages().version_in(name).map(|asked| version::other(asked, runtime));
        told.transpose().map(Option::flatten).map_err(RunError::NoRuntime)
    }

    /// Searches the Python again where `engine` has found that nothing isolates own ones.
    async fn prefer_isolated_python(&self, engine: &Engine) {
        let settings = self.settings.borrow().settings.clone();
        if isolation::prefer_isolated_python(engine, &settings, &self.machine).await {
            let languages = self.languages().with(settings.choices());
            *self.languages.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(languages);
        }
    }

    /// Tells the port that the service listens on. Programs never reach it.
    pub(crate) fn listens_at(&self, port: u16) {
        self.own_port.get_or_init(|| port);
    }

    fn own_port(&self) -> Option<u16> {
        self.own_port.get().copied()
    }

    /// The level of a program of an own Python whose request names none, and the sandbox's parts on this machine; `None`
    /// while that is not known.
    pub(crate) fn sandbox(&self) -> Option<(Isolation, SandboxReport)> {
        let report = self.engine.ready()?.sandbox_report().borrow().clone()?;
        Some((auto::level_of_python(&self.settings.borrow().settings, &report), report))
    }

    /// Starts `job`, whose request asks for `wish`, after the user's answer, if the settings ask for one, and as soon as there is
    /// a slot. The settings at that time apply.
    ///
    /// # Errors
    /// [`RunError::Refused`]: all slots and the queue are full, or the service stops. [`RunError::NoRuntime`]: the settings
    /// forbid its language by now. [`RunError::NoIsolation`]: they forbid the network, or nobody has allowed it.
    pub(crate) async fn execute(&self, job: Job, wish: Wish, live: Live) -> Result<Execution, RunError> {
        let answer = self.permission(&job, wish).await?;
        let slot = match job.request().is_interactive() {
            true => self.admission.admit_interactive(self.settings.borrow().settings.terminals)?,
            false => self.admission.admit().await?,
        };
        // The settings may have changed while it waited for its slot.
        let languages = self.languages();
        let language = languages.named(&job.runtime().language);
        if let Some(reason) = language.and_then(|language| languages.forbidden(language)) {
            return Err(RunError::NoRuntime(reason.0));
        }
        let job = job.with_limits(self.settings.borrow().settings.limits.clone());
        Ok(Execution::start(self.context(), job, (wish, answer), slot, live))
    }

    /// Cancels an execution that runs or waits for an answer, without waiting for its end; `false` if there is none of that id.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        self.registry.cancel(id) || self.questions.cancel(id)
    }

    /// Refuses new programs from now on, and those that wait for an answer; those that wait for a slot keep their turn.
    pub(crate) fn drain(&self) {
        self.admission.drain();
        self.questions.withdraw_all();
    }

    /// Ends all executions: they and those that wait for a slot get the settings' grace, then they are cancelled and refused. The
    /// engine is gone when this returns. Admission must have been drained or closed before.
    pub(crate) async fn shut_down(&self) {
        let grace = self.settings.borrow().settings.stop_grace;
        self.tasks.close();
        let ended = async {
            self.admission.idle().await;
            self.tasks.wait().await;
        };
        if timeout(grace, ended).await.is_err() {
            self.admission.close();
            self.registry.cancel_all();
        }
        if let Some(prestarting) = self.prestarting.lock().unwrap_or_else(PoisonError::into_inner).take() {
            prestarting.abort();
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
    pub(crate) fn trouble(&self) -> Option<LocalizedMessage> {
        self.trouble_changes()?.borrow().clone()
    }

    /// A watch channel of [`trouble`](Self::trouble); `None` while the engine does not run.
    pub(crate) fn trouble_changes(&self) -> Option<watch::Receiver<Option<LocalizedMessage>>> {
        self.engine.ready().map(|engine| engine.trouble())
    }

    fn context(&self) -> Context {
        let settings = self.settings.subscribe();
        let (journal, metrics, events) = (self.journal.clone(), self.metrics.clone(), self.events.clone());
        Context {
            recorder: Recorder::new(settings.clone(), journal, metrics, events),
            settings,
            engine: self.engine.clone(),
            languages: self.languages(),
            own_port: self.own_port(),
            registry: self.registry.clone(),
            tasks: self.tasks.clone(),
        }
    }
}

mod entries;
mod permission;
#[cfg(test)]
mod tests;
