//! Application state: the service, its settings, and the values that tray and window show.
//!
//! It owns all values and publishes them by `watch`; tray, window and notifications only subscribe. It knows no Tauri, so that it
//! works without a display too.

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::Context as _;
use runtray_engine::language::Languages;
use runtray_service::paths::Paths;
use runtray_service::settings::{self, Loaded, SettingsStore};
use runtray_service::{Lifecycle, NetworkQuestion, Options, Packages, Service, to_wire};
use runtray_wire::{ExecutionSummary, Language as WireLanguage};
use tokio::sync::watch;

use crate::i18n::Language;
use crate::model::{Python, SettingsView, Status};
use crate::system::preflight::NoTray;
use crate::system::shutdown::Shutdown;

use super::console::{Console, Follower};
use super::interpreter_list::Interpreters;
use super::packages::PackageChange;
use super::versions::Versions;

/// The service and the published values.
pub(crate) struct AppState {
    /// The service's lifecycle.
    pub(crate) lifecycle: Lifecycle,
    /// The paths of Runtray's files.
    pub(crate) paths: Paths,
    /// The Console's program.
    pub(crate) console: Console,
    /// The change of packages that is being made.
    pub(crate) package_change: PackageChange,
    /// The window that shows the Console.
    pub(crate) console_follower: Follower,
    pub(super) settings: SettingsStore,
    port: Option<u16>,
    pub(super) status: watch::Sender<Status>,
    pub(super) interpreters: watch::Sender<Interpreters>,
    pub(super) recent: watch::Sender<Vec<ExecutionSummary>>,
    pub(super) no_tray: watch::Sender<Option<NoTray>>,
    pub(super) versions: Versions,
    /// The programs that ask for the network, if somebody can answer.
    pub(super) questions: OnceLock<watch::Receiver<Vec<NetworkQuestion>>>,
}

impl AppState {
    /// Reads the settings. Does not start the service.
    pub(crate) fn new(port: Option<u16>, paths: Paths, no_tray: Option<NoTray>) -> Self {
        let file = paths.settings_file();
        if let Err(error) = settings::create_if_missing(&file) {
            tracing::warn!(%error, file = %file.display(), "could not write the settings file; the defaults are used");
        }
        let settings = SettingsStore::open(&file);
        let lifecycle = Lifecycle::new(Options {
            settings: settings.clone(),
            paths: paths.clone(),
            port,
            listen: None,
            allow_origins: Vec::new(),
            token: None,
        });
        Self {
            lifecycle,
            paths,
            console: Console::default(),
            package_change: PackageChange::default(),
            console_follower: Follower::default(),
            settings,
            port,
            status: watch::Sender::default(),
            interpreters: watch::Sender::default(),
            recent: watch::Sender::default(),
            no_tray: watch::Sender::new(no_tray),
            versions: Versions::default(),
            questions: OnceLock::new(),
        }
    }

    /// Lets programs ask the user for the network, from now on: tray and window show their questions. Call it before the
    /// service is started.
    pub(crate) fn take_questions(&self) {
        self.questions.get_or_init(|| self.lifecycle.network_questions());
    }

    /// The programs that wait until the user says whether they may use the network.
    pub(super) fn network_questions(&self) -> Vec<NetworkQuestion> {
        self.questions.get().map(|questions| questions.borrow().clone()).unwrap_or_default()
    }

    /// Waits for `shutdown`, then stops the service and all programs.
    pub(crate) async fn stop_on(&self, shutdown: &Shutdown) {
        shutdown.requested().await;
        tracing::info!("ending");
        self.lifecycle.stop().await;
    }

    /// Requests `shutdown` as soon as the service runs no program: none is cancelled.
    pub(crate) async fn quit_when_idle(&self, shutdown: &Shutdown) {
        tracing::info!("asked to end once no program runs");
        self.lifecycle.stop_when_idle().await;
        shutdown.request();
    }

    /// Watch channel of the status.
    pub(crate) fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Watch channel of the Pythons of this machine.
    pub(crate) fn interpreters(&self) -> watch::Receiver<Interpreters> {
        self.interpreters.subscribe()
    }

    /// All Pythons of this machine, once a running search has ended.
    pub(crate) async fn pythons(&self) -> Vec<Python> {
        let mut interpreters = self.interpreters();
        // This only fails if the search task has ended: the last list stays valid.
        let _ = interpreters.wait_for(|known| known.is_complete).await;
        let language = self.language();
        interpreters.borrow().all.iter().map(|python| python.worded(language)).collect()
    }

    /// Watch channel of the last executions, newest first.
    pub(crate) fn recent(&self) -> watch::Receiver<Vec<ExecutionSummary>> {
        self.recent.subscribe()
    }

    /// Watch channel of the reason why there is no tray icon; `None` while there is one.
    pub(crate) fn no_tray(&self) -> watch::Receiver<Option<NoTray>> {
        self.no_tray.subscribe()
    }

    /// Publishes whether a tray icon can be seen.
    pub(crate) fn set_no_tray(&self, reason: Option<NoTray>) {
        self.no_tray.send_replace(reason);
    }

    /// Watch channel of the settings.
    pub(crate) fn settings(&self) -> watch::Receiver<Loaded> {
        self.settings.subscribe()
    }

    /// Writes the settings file, if it is missing.
    pub(crate) fn restore_settings_file(&self) -> io::Result<()> {
        self.settings.restore().map(drop)
    }

    /// The settings as the window edits them, from the file as it is now.
    pub(crate) fn settings_view_now(&self) -> SettingsView {
        self.settings.refresh();
        self.settings_view()
    }

    /// The settings as the window edits them.
    pub(crate) fn settings_view(&self) -> SettingsView {
        let loaded = self.settings.current();
        let waiting = self.service().map(|service| service.restart_needed(&loaded.settings)).unwrap_or_default();
        let file = self.paths.settings_file().display().to_string();
        SettingsView::new(&loaded, file, waiting.into_iter().map(str::to_owned).collect())
    }

    /// The language of texts.
    pub(crate) fn language(&self) -> Language {
        Language::chosen(&self.settings.current().settings.desktop.language)
    }

    /// The service, while it runs.
    pub(crate) fn service(&self) -> Option<Service> {
        self.lifecycle.service().borrow().clone()
    }

    /// The service while it runs, and while it stops and waits for running programs.
    pub(crate) fn present_service(&self) -> Option<Service> {
        self.service().or_else(|| self.lifecycle.stopping().borrow().clone())
    }

    /// The address of the service, even while it is stopped.
    pub(crate) fn url(&self) -> String {
        let port = || self.port.unwrap_or_else(|| self.settings.current().settings.port);
        self.service().map_or_else(|| format!("http://localhost:{}", port()), |service| service.url())
    }

    /// Every language with its interpreter, or the reason why it has none.
    pub(crate) async fn languages(&self) -> Vec<WireLanguage> {
        match self.service() {
            Some(service) => service.languages().await,
            None => {
                let choices = self.settings.current().settings.choices();
                let languages = Languages::new(choices, self.lifecycle.machine());
                languages.list().await.into_iter().map(to_wire::language).collect()
            }
        }
    }

    /// The packages of the built-in Python.
    pub(crate) fn packages(&self) -> Packages {
        Packages::new(&self.paths, self.lifecycle.machine())
    }

    /// The folders that programs may write to: no Python in them is used.
    pub(super) fn writable(&self) -> Vec<PathBuf> {
        self.settings.current().settings.sandbox_write
    }

    pub(super) fn chosen_python(&self) -> Option<PathBuf> {
        self.settings.current().settings.python_in_effect()
    }
}

/// The user's folders.
///
/// # Errors
/// The home folder of this user is unknown.
pub(crate) fn paths() -> anyhow::Result<Paths> {
    Paths::find().context("the folders for settings and log are not known")
}
