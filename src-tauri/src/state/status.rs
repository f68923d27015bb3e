//! The published status, rebuilt after each change.

use std::sync::Arc;
use std::time::Duration;

use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Containment, Isolation};
use runtray_service::settings::Loaded;
use runtray_service::{Load, NetworkQuestion, PendingOrigin, Service, State, journal};
use tokio::sync::watch;

use super::app_state::AppState;
use super::example;
use super::interpreter_list::Interpreters;
use crate::model::{Python, Status, sentence};
use crate::state::problems::{Situation, problems};

/// The first change is published at once; further changes within this time are published together.
const CALM: Duration = Duration::from_millis(20);

/// Publishes the status after each change, as long as the app lives.
pub(super) async fn keep(app_state: Arc<AppState>) {
    let mut watched = Watched::new(&app_state);
    loop {
        app_state.publish_status();
        tokio::time::sleep(CALM).await;
        watched.changed().await;
    }
}

impl AppState {
    pub(super) fn publish_status(&self) {
        let new = self.present_status();
        self.status.send_if_modified(|status| {
            let changed = *status != new;
            *status = new;
            changed
        });
    }

    fn present_status(&self) -> Status {
        let state = self.lifecycle.state().borrow().clone();
        let settings = self.settings.current();
        let interpreters = self.interpreters.borrow().clone();
        let service = self.present_service();
        let load = service.as_ref().map(|service| *service.load().borrow()).unwrap_or_default();
        let containment = service.as_ref().and_then(Service::containment).and_then(|known| *known.borrow());
        let containment = containment.map(|containment| containment.name().to_owned());
        let level = service.as_ref().and_then(Service::isolation).unwrap_or_default();
        let no_tray = self.no_tray.borrow().clone();
        let own_problems = service.as_ref().map(|service| service.problems().borrow().clone()).unwrap_or_default();
        // Problems are derived from all sources together, so that each is reported once.
        let situation = Situation {
            state: &state,
            settings: &settings.problems,
            service: &own_problems,
            journal: service.as_ref().map(|service| service.journal_state()),
            python: interpreters.problem.as_ref(),
            no_tray: no_tray.as_ref(),
        };
        let language = self.language();
        let say = |message: &LocalizedMessage| language.say(message);
        let (addresses, missing) = listening(&state);
        let desktop = &settings.settings.desktop;
        Status {
            state: (&state).into(),
            reason: match &state {
                State::Failed { reason, .. } => Some(say(reason)),
                _ => None,
            },
            url: self.url(),
            addresses,
            missing,
            running: load.running,
            queued: load.queued,
            now: service.as_ref().map(|service| service.running()).unwrap_or_default(),
            pending_origins: service
                .as_ref()
                .map(|service| service.pending_origins().borrow().iter().map(Into::into).collect())
                .unwrap_or_default(),
            network_questions: self.network_questions().iter().map(Into::into).collect(),
            allowed_origins: settings.settings.allowed_origins.iter().map(ToString::to_string).collect(),
            denied_origins: settings.settings.denied_origins.iter().map(ToString::to_string).collect(),
            problems: problems(&situation, language),
            welcome: !desktop.welcomed,
            is_searching: interpreters.is_unknown(),
            example: example::curl(
                &self.url(),
                service.as_ref().and_then(|service| service.token()),
                self.paths.token_file(),
            ),
            python: interpreters.in_use.as_ref().map(|python| python.worded(language)),
            python_problem: interpreters.problem.as_ref().map(|problem| sentence(&say(problem))),
            isolation: isolation_shown(level, interpreters.in_use.as_ref()).name().to_owned(),
            containment,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

fn listening(state: &State) -> (Vec<String>, Option<String>) {
    match state {
        State::Running { addresses, missing, .. } => {
            (addresses.iter().map(ToString::to_string).collect(), missing.map(|address| address.to_string()))
        }
        _ => (Vec::new(), None),
    }
}

/// The level that programs in the Python `in_use` run at, where `level` is the level of the machine's own interpreters.
fn isolation_shown(level: Isolation, in_use: Option<&Python>) -> Isolation {
    let is_built_in = in_use.is_some_and(|python| python.built_in);
    if is_built_in && level != Isolation::Container { Isolation::Wasm } else { level }
}

/// The inputs of the status.
struct Watched {
    state: watch::Receiver<State>,
    service: watch::Receiver<Option<Service>>,
    stopping: watch::Receiver<Option<Service>>,
    settings: watch::Receiver<Loaded>,
    /// The settings that the service applies, including its token.
    applied: Option<watch::Receiver<Loaded>>,
    interpreters: watch::Receiver<Interpreters>,
    no_tray: watch::Receiver<Option<crate::system::preflight::NoTray>>,
    load: Option<watch::Receiver<Load>>,
    now: Option<watch::Receiver<u64>>,
    pending: Option<watch::Receiver<Vec<PendingOrigin>>>,
    questions: Option<watch::Receiver<Vec<NetworkQuestion>>>,
    journal: Option<watch::Receiver<journal::State>>,
    problems: Option<watch::Receiver<Vec<LocalizedMessage>>>,
    containment: Option<watch::Receiver<Option<Containment>>>,
}

impl Watched {
    fn new(app_state: &AppState) -> Self {
        let mut watched = Self {
            state: app_state.lifecycle.state(),
            service: app_state.lifecycle.service(),
            stopping: app_state.lifecycle.stopping(),
            applied: None,
            settings: app_state.settings(),
            interpreters: app_state.interpreters(),
            no_tray: app_state.no_tray(),
            load: None,
            now: None,
            pending: None,
            questions: app_state.questions.get().cloned(),
            journal: None,
            problems: None,
            containment: None,
        };
        watched.attach();
        watched
    }

    /// Watches the present service.
    fn attach(&mut self) {
        let (running, stopping) = (self.service.borrow_and_update().clone(), self.stopping.borrow_and_update().clone());
        let service = running.or(stopping);
        self.applied = service.as_ref().map(|service| service.settings());
        self.load = service.as_ref().map(|service| service.load());
        self.now = service.as_ref().map(|service| service.running_changes());
        self.pending = service.as_ref().map(|service| service.pending_origins());
        self.journal = service.as_ref().map(|service| service.journal_changes());
        self.problems = service.as_ref().map(|service| service.problems());
        self.containment = service.as_ref().and_then(Service::containment);
    }

    async fn changed(&mut self) {
        tokio::select! {
            () = changed(&mut self.state) => {}
            () = changed(&mut self.service) => self.attach(),
            () = changed(&mut self.stopping) => self.attach(),
            () = changed(&mut self.settings) => {}
            () = changed_in(&mut self.applied) => {}
            () = changed(&mut self.interpreters) => {}
            () = changed(&mut self.no_tray) => {}
            () = changed_in(&mut self.load) => {}
            () = changed_in(&mut self.now) => {}
            () = changed_in(&mut self.pending) => {}
            () = changed_in(&mut self.questions) => {}
            () = changed_in(&mut self.journal) => {}
            () = changed_in(&mut self.problems) => {}
            () = changed_in(&mut self.containment) => {}
        }
    }
}

/// Waits for a change; for ever if the sender is gone.
async fn changed<T>(receiver: &mut watch::Receiver<T>) {
    if receiver.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn changed_in<T>(receiver: &mut Option<watch::Receiver<T>>) {
    match receiver {
        Some(receiver) => changed(receiver).await,
        None => std::future::pending().await,
    }
}
