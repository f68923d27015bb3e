//! Notifications: a page that was refused, a service that failed. Each once, and origins not more often than people can bear.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tauri::{AppHandle, Wry};
use tauri_plugin_notification::NotificationExt as _;

use super::window;
use crate::i18n::Language;
use crate::model::{ServiceState, Status, sentence};
use crate::state::Desk;

/// A page can invent origins; this is how often it can make itself heard.
const BETWEEN: Duration = Duration::from_secs(60);

/// Origins that were told of are forgotten beyond this many, all at once.
const MOST_TOLD: usize = 1000;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Notice {
    /// The window was closed while the Console's program runs.
    pub(crate) fn console(language: Language) -> Self {
        let text = |key: &str| language.text(key, &[]);
        Self { title: text("notice.console.title"), text: text("notice.console.text") }
    }
}

/// What was told already.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    told: HashSet<String>,
    last: Option<Instant>,
    failed: bool,
}

impl Notices {
    /// What a new status is worth telling.
    pub(crate) fn of(&mut self, status: &Status, language: Language, now: Instant) -> Vec<Notice> {
        [self.failure(status, language), self.origins(status, language, now)].into_iter().flatten().collect()
    }

    fn failure(&mut self, status: &Status, language: Language) -> Option<Notice> {
        let failed = status.state == ServiceState::Failed;
        let had_failed = std::mem::replace(&mut self.failed, failed);
        let reason = status.reason.as_deref().filter(|_| failed && !had_failed)?;
        Some(Notice { title: language.text("notice.failed.title", &[]), text: sentence(reason) })
    }

    fn origins(&mut self, status: &Status, language: Language, now: Instant) -> Option<Notice> {
        if self.last.is_some_and(|last| now.duration_since(last) < BETWEEN) {
            return None;
        }
        let known = |origin: &&str| !self.told.contains(*origin);
        let new: Vec<&str> = status.pending_origins.iter().map(|one| one.origin.as_str()).filter(known).collect();
        let (first, more) = (*new.first()?, new.len() - 1);
        let key = if more == 0 { "notice.origin.one" } else { "notice.origin.other" };
        let text = language.text(key, &[("origin", first), ("n", &more.to_string())]);
        if self.told.len() > MOST_TOLD {
            self.told.clear();
        }
        self.told.extend(new.into_iter().map(str::to_owned));
        self.last = Some(now);
        Some(Notice { title: language.text("notice.origin.title", &[]), text })
    }
}

/// Shows notifications for changes of the status, as long as the app lives.
pub(crate) async fn keep(app: AppHandle<Wry>, desk: Arc<Desk>) {
    let (mut status, mut notices) = (desk.status(), Notices::default());
    while status.changed().await.is_ok() {
        let wanted = desk.settings().borrow().settings.desktop.notifications;
        let new = notices.of(&status.borrow_and_update(), desk.language(), Instant::now());
        // A visible window shows the same itself.
        if wanted && !window::is_seen(&app) {
            new.into_iter().for_each(|notice| show(&app, notice));
        }
    }
}

/// Shows a notification.
pub(crate) fn show(app: &AppHandle<Wry>, Notice { title, text }: Notice) {
    if let Err(error) = app.notification().builder().title(title).body(text).show() {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{BETWEEN, Notices};
    use crate::i18n::Language;
    use crate::model::{Pending, ServiceState, Status};

    fn status(origins: &[&str], state: ServiceState) -> Status {
        let pending = |origin: &&str| Pending { origin: (*origin).into(), first_seen: String::new(), requests: 1 };
        let pending_origins = origins.iter().map(pending).collect();
        Status { pending_origins, state, reason: Some("port 1 is in use".into()), ..Status::default() }
    }

    #[test]
    fn an_origin_is_told_once_and_a_flood_in_one_notice() {
        let (mut notices, start) = (Notices::default(), Instant::now());
        let mut texts = |origins: &[&str], at| -> Vec<String> {
            let status = status(origins, ServiceState::Running);
            notices.of(&status, Language::English, at).into_iter().map(|notice| notice.text).collect()
        };
        assert!(texts(&["http://a"], start)[0].starts_with("http://a was refused"));
        assert!(texts(&["http://a", "http://b"], start).is_empty(), "two within a minute");
        let later = texts(&["http://a", "http://b", "http://c", "http://d"], start + BETWEEN);
        assert!(later[0].starts_with("http://b and 2 more were"), "{later:?}");
        assert!(texts(&["http://a"], start + BETWEEN * 3).is_empty(), "told twice");
    }

    #[test]
    fn a_failure_is_told_each_time_it_happens() {
        let (mut notices, now) = (Notices::default(), Instant::now());
        let mut texts = |state| -> Vec<String> {
            let new = notices.of(&status(&[], state), Language::English, now);
            new.into_iter().map(|notice| notice.text).collect()
        };
        assert_eq!(texts(ServiceState::Failed), ["Port 1 is in use."]);
        assert!(texts(ServiceState::Failed).is_empty());
        assert!(texts(ServiceState::Running).is_empty());
        assert_eq!(texts(ServiceState::Failed), ["Port 1 is in use."]);
    }
}
