//! Notifications: a refused page, a program that asks for the network, a failed service. Each is shown once, and those about
//! pages and programs at a limited rate.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tauri::{AppHandle, Wry};
use tauri_plugin_notification::NotificationExt as _;

use super::window;
use crate::i18n::Language;
use crate::model::{ServiceState, Status, VersionStep, sentence};
use crate::state::AppState;

/// The minimum interval between notifications of one kind, because a page can invent origins and post many programs.
const BETWEEN: Duration = Duration::from_secs(60);

/// The number of announced origins or programs above which all are forgotten.
const MOST_TOLD: usize = 1000;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Notification {
    /// The window was closed while the Console's program runs.
    pub(crate) fn console(language: Language) -> Self {
        let text = |key: &str| language.text(key, &[]);
        Self { title: text("notice.console.title"), text: text("notice.console.text") }
    }

    /// A new version was found.
    fn new_version(version: &str, language: Language) -> Self {
        let title = language.text("notice.version.title", &[("version", version)]);
        Self { title, text: language.text("notice.version.text", &[]) }
    }
}

/// Announces each new version once, as long as the app lives.
pub(crate) async fn announce_versions(app: AppHandle<Wry>, app_state: Arc<AppState>) {
    let (mut step, mut told) = (app_state.version_step(), String::new());
    while step.changed().await.is_ok() {
        let VersionStep::Found { found } = step.borrow_and_update().clone() else { continue };
        let wanted = app_state.settings().borrow().settings.desktop.notifications;
        if wanted && told != found.version && !window::is_seen(&app) {
            show(&app, Notification::new_version(&found.version, app_state.language()));
        }
        told = found.version;
    }
}

/// The events that were announced already.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    origins: Told,
    questions: Told,
    failed: bool,
}

/// The names of one kind that were announced already.
#[derive(Debug, Default)]
struct Told {
    names: HashSet<String>,
    last: Option<Instant>,
}

impl Told {
    /// The positions of names that are announced now: all new ones together, or none if the last announcement was just before.
    fn new_of<'a>(&mut self, names: impl Iterator<Item = &'a str>, now: Instant) -> Vec<usize> {
        if self.last.is_some_and(|last| now.duration_since(last) < BETWEEN) {
            return Vec::new();
        }
        let new: Vec<(usize, &str)> = names.enumerate().filter(|(_, name)| !self.names.contains(*name)).collect();
        if new.is_empty() {
            return Vec::new();
        }
        if self.names.len() > MOST_TOLD {
            self.names.clear();
        }
        self.names.extend(new.iter().map(|(_, name)| (*name).to_owned()));
        self.last = Some(now);
        new.into_iter().map(|(position, _)| position).collect()
    }
}

impl Notifications {
    /// The notifications for a new status.
    pub(crate) fn of(&mut self, status: &Status, language: Language, now: Instant) -> Vec<Notification> {
        let [origins, questions] = [self.origins(status, language, now), self.questions(status, language, now)];
        [self.failure(status, language), origins, questions].into_iter().flatten().collect()
    }

    fn failure(&mut self, status: &Status, language: Language) -> Option<Notification> {
        let failed = status.state == ServiceState::Failed;
        let had_failed = std::mem::replace(&mut self.failed, failed);
        let reason = status.reason.as_deref().filter(|_| failed && !had_failed)?;
        Some(Notification { title: language.text("notice.failed.title", &[]), text: sentence(reason) })
    }

    fn origins(&mut self, status: &Status, language: Language, now: Instant) -> Option<Notification> {
        let pending = &status.pending_origins;
        let new = self.origins.new_of(pending.iter().map(|one| one.origin.as_str()), now);
        let (first, more) = (&pending[*new.first()?].origin, new.len() - 1);
        let key = if more == 0 { "notice.origin.one" } else { "notice.origin.other" };
        let text = language.text(key, &[("origin", first), ("n", &more.to_string())]);
        Some(Notification { title: language.text("notice.origin.title", &[]), text })
    }

    fn questions(&mut self, status: &Status, language: Language, now: Instant) -> Option<Notification> {
        let asking = &status.network_questions;
        let new = self.questions.new_of(asking.iter().map(|one| one.id.as_str()), now);
        let (first, more) = (&asking[*new.first()?].caller, new.len() - 1);
        let local = language.text("notice.network.local", &[]);
        let caller = if first == "local" { &local } else { first };
        let key = if more == 0 { "notice.network.one" } else { "notice.network.other" };
        let text = language.text(key, &[("caller", caller), ("n", &more.to_string())]);
        Some(Notification { title: language.text("notice.network.title", &[]), text })
    }
}

/// Shows notifications for changes of the status, as long as the app lives.
pub(crate) async fn keep(app: AppHandle<Wry>, app_state: Arc<AppState>) {
    let (mut status, mut notifications) = (app_state.status(), Notifications::default());
    while status.changed().await.is_ok() {
        let wanted = app_state.settings().borrow().settings.desktop.notifications;
        let new = notifications.of(&status.borrow_and_update(), app_state.language(), Instant::now());
        // A visible window shows the same itself.
        if wanted && !window::is_seen(&app) {
            new.into_iter().for_each(|notification| show(&app, notification));
        }
    }
}

/// Shows a notification.
pub(crate) fn show(app: &AppHandle<Wry>, Notification { title, text }: Notification) {
    if let Err(error) = app.notification().builder().title(title).body(text).show() {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use runtray_wire::{NetworkQuestion, PendingOrigin, PendingProgram};
    use time::OffsetDateTime;

    use super::{BETWEEN, Notifications};
    use crate::i18n::Language;
    use crate::model::{ServiceState, Status};

    fn status(origins: &[&str], state: ServiceState) -> Status {
        let first_refused_at = OffsetDateTime::UNIX_EPOCH;
        let pending =
            |origin: &&str| PendingOrigin { origin: (*origin).into(), first_refused_at, refusals: 1, program: None };
        let pending_origins = origins.iter().map(pending).collect();
        Status { pending_origins, state, reason: Some("port 1 is in use".into()), ..Status::default() }
    }

    #[test]
    fn an_origin_is_announced_once_and_many_in_one_notification() {
        let (mut notifications, start) = (Notifications::default(), Instant::now());
        let mut texts = |origins: &[&str], at| -> Vec<String> {
            let status = status(origins, ServiceState::Running);
            notifications.of(&status, Language::English, at).into_iter().map(|notification| notification.text).collect()
        };
        assert!(texts(&["http://a"], start)[0].starts_with("http://a was refused"));
        assert!(texts(&["http://a", "http://b"], start).is_empty(), "two within a minute");
        let later = texts(&["http://a", "http://b", "http://c", "http://d"], start + BETWEEN);
        assert!(later[0].starts_with("http://b and 2 more were"), "{later:?}");
        assert!(texts(&["http://a"], start + BETWEEN * 3).is_empty(), "told twice");
    }

    #[test]
    fn a_program_that_asks_for_the_network_is_announced_once_beside_pages() {
        let (mut notifications, start) = (Notifications::default(), Instant::now());
        let question = |(id, caller): &(&str, &str)| {
            let program = PendingProgram { language: None, code: String::new(), more_lines: 0 };
            let asked_at = OffsetDateTime::UNIX_EPOCH;
            NetworkQuestion { id: (*id).into(), caller: (*caller).into(), asked_at, program }
        };
        let mut texts = |asking: &[(&str, &str)], at| -> Vec<String> {
            let network_questions = asking.iter().map(question).collect();
            let status = Status { network_questions, ..status(&["http://a"], ServiceState::Running) };
            notifications.of(&status, Language::English, at).into_iter().map(|notification| notification.text).collect()
        };
        let first = texts(&[("01A", "local")], start);
        assert!(first.len() == 2 && first[1].starts_with("A program on this computer waits"), "{first:?}");
        assert!(texts(&[("01A", "local"), ("01B", "mcp")], start).is_empty(), "two within a minute");
        let later = texts(&[("01A", "local"), ("01B", "mcp"), ("01C", "http://b")], start + BETWEEN);
        assert!(later.len() == 1 && later[0].starts_with("mcp and 1 more wait"), "{later:?}");
    }

    #[test]
    fn each_failure_is_announced() {
        let (mut notifications, now) = (Notifications::default(), Instant::now());
        let mut texts = |state| -> Vec<String> {
            let new = notifications.of(&status(&[], state), Language::English, now);
            new.into_iter().map(|notification| notification.text).collect()
        };
        assert_eq!(texts(ServiceState::Failed), ["Port 1 is in use."]);
        assert!(texts(ServiceState::Failed).is_empty());
        assert!(texts(ServiceState::Running).is_empty());
        assert_eq!(texts(ServiceState::Failed), ["Port 1 is in use."]);
    }
}
