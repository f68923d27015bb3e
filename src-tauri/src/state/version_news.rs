//! New versions: looked for when the user asks, or daily if the settings allow it; installed after a yes, once no program runs.

use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use runtray_engine::message::LocalizedMessage;
use runtray_service::settings::UpdateSettings;
use runtray_service::to_wire::words;
use runtray_update::{Feed, Given, Installation, Installed, Package, Release, Updater, sweep};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::app_state::AppState;
use crate::model::{NewVersion, VersionNews, VersionStep};
use crate::sentences as s;

/// The time after the start at which the app first looks, if it may: the start itself is busy enough.
const FIRST: Duration = Duration::from_secs(5 * 60);

/// The time between two looks.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes the leftovers of an interrupted update, and looks once a day as long as the settings allow it.
pub(super) async fn keep(app_state: Arc<AppState>) {
    let cache = app_state.paths.update_folder();
    // Nothing depends on it: the next update would delete the same.
    let swept = spawn_blocking(move || {
        sweep(&cache);
        Installation::sweep();
    });
    let _ = swept.await;
    let (mut settings, mut next) = (app_state.settings(), Instant::now() + FIRST);
    loop {
        let daily = settings.borrow_and_update().settings.updates.daily;
        tokio::select! {
            changed = settings.changed() => if changed.is_err() { return },
            () = sleep_until(next), if daily => {
                app_state.look_for_update().await;
                next = Instant::now() + DAY;
            }
        }
    }
}

impl AppState {
    /// Watch channel of the step.
    pub(crate) fn version_step(&self) -> watch::Receiver<VersionStep> {
        self.versions.step.subscribe()
    }

    /// The state that the window shows.
    pub(crate) fn version_news(&self) -> VersionNews {
        let settings = self.settings.current().settings.updates;
        VersionNews {
            installed: env!("CARGO_PKG_VERSION").to_owned(),
            has_feed: Feed::is_known(given(&settings)),
            advice: Installation::of_this_program().advice().as_ref().map(words),
            step: self.versions.step.borrow().clone(),
        }
    }

    /// Asks the feed. Does nothing while an earlier question or an installation goes on.
    pub(crate) async fn look_for_update(&self) {
        if !self.versions.begin(VersionStep::Looking) {
            return;
        }
        let answer = match self.updater() {
            Ok(updater) => blocking(move || updater.check()).await,
            Err(error) => Err(error),
        };
        let release = answer.map(|answer| answer.release);
        let step = match &release {
            Ok(Some(release)) => VersionStep::Found { found: release.into() },
            Ok(None) => VersionStep::Newest,
            Err(error) => VersionStep::failed(error),
        };
        *self.versions.release() = release.ok().flatten();
        self.versions.step.send_replace(step);
    }

    /// Fetches and installs the version that was shown. Programs that run are not ended: it waits for them.
    pub(crate) async fn install_update(&self, version: &str) {
        let release = self.versions.release().clone().filter(|release| release.version.to_string() == version);
        let Some(release) = release else { return };
        if !self.versions.begin(VersionStep::Fetching { found: (&release).into(), percent: None }) {
            return;
        }
        let done = self.try_install(&release).await;
        let step = match done {
            Ok(()) => VersionStep::Installed { found: (&release).into() },
            Err(error) => VersionStep::failed(&error),
        };
        self.versions.step.send_replace(step);
    }

    async fn try_install(&self, release: &Release) -> runtray_update::Result<()> {
        let found = NewVersion::from(release);
        let package = self.fetch_package(release.clone()).await?;
        self.until_idle(&found).await;
        self.versions.step.send_replace(VersionStep::Installing { found });
        // A program may start until the installer quits the app, which waits for it.
        match blocking(move || package.install(false)).await? {
            Installed::Replaced => Ok(()),
            Installed::SetupStarted(setup) => self.attend(setup).await,
        }
    }

    async fn fetch_package(&self, release: Release) -> runtray_update::Result<Package> {
        let (updater, step) = (self.updater()?, self.versions.step.clone());
        blocking(move || {
            let found = NewVersion::from(&release);
            updater.fetch(&release, |read, size| {
                let percent = size.filter(|size| *size > 0).and_then(|size| u32::try_from(read * 100 / size).ok());
                let new = VersionStep::Fetching { found: found.clone(), percent };
                // Only a new percentage is published: parts of the file arrive far more often.
                step.send_if_modified(|step| {
                    *step != new && {
                        *step = new;
                        true
                    }
                });
            })
        })
        .await
    }

    /// Waits until no program runs or queues.
    async fn until_idle(&self, found: &NewVersion) {
        let Some(service) = self.service() else { return };
        let mut load = service.load();
        loop {
            let programs = {
                let load = *load.borrow_and_update();
                load.running + load.queued
            };
            if programs == 0 {
                return;
            }
            self.versions.step.send_replace(VersionStep::Waiting { found: found.clone(), programs });
            if load.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits for the installer, which quits this app when it replaces it. So it has failed if it ends before.
    async fn attend(&self, mut setup: Child) -> runtray_update::Result<()> {
        let ended = spawn_blocking(move || setup.wait()).await;
        match ended.ok().and_then(Result::ok).filter(|status| !status.success()) {
            None => Ok(()),
            Some(status) => Err(s::SETUP_FAILED.with("code", status.code().unwrap_or(-1).to_string())),
        }
    }

    fn updater(&self) -> runtray_update::Result<Updater> {
        let settings = self.settings.current().settings.updates;
        Updater::of_this_program(Feed::find(given(&settings))?, self.paths.update_folder())
    }
}

fn given(settings: &UpdateSettings) -> Given<'_> {
    Given { feed: &settings.feed, key: &settings.key, hosts: &settings.hosts }
}

/// Does blocking work on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LocalizedMessage> + Send + 'static,
) -> Result<T, LocalizedMessage> {
    spawn_blocking(work).await.unwrap_or_else(|_| Err(s::UPDATE_BROKE.message()))
}
