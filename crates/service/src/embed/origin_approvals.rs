//! The user's decisions about web origins: allow, deny, revoke. They are stored in the settings.

use serde_json::json;
use time::OffsetDateTime;

use super::lifecycle::Lifecycle;
use super::network_answers;
use crate::http::access::denials::Denials;
use crate::platform::origin::Origin;
use crate::settings::{ChangeError, Changes, Loaded, Settings, SettingsStore};

impl Lifecycle {
    /// Allows pages of `origin` to run code from now on.
    ///
    /// # Errors
    /// The settings cannot be changed.
    pub async fn allow_origin(&self, origin: &Origin) -> Result<Loaded, ChangeError> {
        let decided = self.decide(origin, Decision::Allowed).await?;
        self.denials().remove(origin);
        self.denials().sites.remove(origin);
        Ok(decided)
    }

    /// Refuses pages of `origin` without asking the user again, and offers no page of the same site for a day. The refusal
    /// holds at once and for the life of this process. If it cannot be saved now, it is saved as soon as the settings can be
    /// changed again.
    ///
    /// # Errors
    /// The settings cannot be changed.
    pub async fn deny_origin(&self, origin: &Origin) -> Result<Loaded, ChangeError> {
        self.denials().add(origin);
        self.denials().sites.add(origin, OffsetDateTime::now_utc());
        self.forget_pending(origin);
        match self.decide(origin, Decision::Denied).await {
            Ok(loaded) => {
                if loaded.settings.denied_origins.contains(origin) {
                    self.denials().remove(origin);
                }
                Ok(loaded)
            }
            Err(reason) => {
                tokio::spawn(save_later(self.settings(), self.denials().clone(), origin.clone()));
                Err(ChangeError::DeniedForNow { origin: origin.clone(), reason: Box::new(reason) })
            }
        }
    }

    /// Revokes the decision about `origin`: it is refused, and the user is asked when it comes again.
    ///
    /// # Errors
    /// The settings cannot be changed.
    pub async fn revoke_origin(&self, origin: &Origin) -> Result<Loaded, ChangeError> {
        let decided = self.decide(origin, Decision::Revoked).await?;
        self.denials().remove(origin);
        self.denials().sites.remove(origin);
        Ok(decided)
    }

    async fn decide(&self, origin: &Origin, decision: Decision) -> Result<Loaded, ChangeError> {
        let origin = origin.clone();
        self.change_settings_by(move |settings| decision.changes(settings, &origin)).await
    }
}

/// Saves that `origin` is denied, after one of the next changes of the settings file, unless the user decides otherwise first.
/// The denial stays in `denials` until the service has applied the saved settings, which may take seconds.
async fn save_later(settings: SettingsStore, denials: Denials, origin: Origin) {
    let mut changes = settings.subscribe();
    while changes.changed().await.is_ok() && denials.list().contains(&origin) {
        let denied = origin.clone();
        let saved = settings.change_by(move |settings| Decision::Denied.changes(settings, &denied)).await;
        if saved.is_ok_and(|loaded| loaded.settings.denied_origins.contains(&origin)) {
            return;
        }
    }
}

/// The user's decision about an origin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    Allowed,
    Denied,
    Revoked,
}

impl Decision {
    /// The lists that the decision changes: of pages, and of callers whose programs always get a network.
    fn changes(self, settings: &Settings, origin: &Origin) -> Changes {
        let lists = [
            ("allowed_origins", &settings.allowed_origins, Self::Allowed),
            ("denied_origins", &settings.denied_origins, Self::Denied),
        ];
        let changed = |(key, old, of): (&str, &Vec<Origin>, Self)| {
            let new = if self == of { with(old, origin) } else { without(old, origin) };
            (*old != new).then(|| (key.to_owned(), Some(json!(new.iter().map(Origin::as_str).collect::<Vec<_>>()))))
        };
        // A page that is allowed anew is asked about anew.
        let network = network_answers::forgotten(settings, origin).filter(|_| self != Self::Allowed);
        lists.into_iter().filter_map(changed).chain(network).collect()
    }
}

fn with(list: &[Origin], origin: &Origin) -> Vec<Origin> {
    without(list, origin).into_iter().chain([origin.clone()]).collect()
}

fn without(list: &[Origin], origin: &Origin) -> Vec<Origin> {
    list.iter().filter(|known| !known.is_same_page(origin)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use crate::embed::lifecycle::Lifecycle;
    use crate::embed::options::Options;
    use crate::platform::origin::Origin;
    use crate::platform::paths::Paths;
    use crate::settings::{Loaded, SettingsStore};

    /// A stopped service with `text` as its `settings.toml` in `folder`.
    fn stopped(folder: &tempfile::TempDir, text: &str) -> Lifecycle {
        let path = |name: &str| folder.path().join(name);
        let file = path("settings.toml");
        fs::write(&file, text).expect("a file");
        Lifecycle::new(Options {
            settings: SettingsStore::open(&file),
            paths: Paths { config: path("config"), data: path("data"), runs: path("runs") },
            port: None,
            listen: None,
            allow_origins: Vec::new(),
            token: None,
        })
    }

    #[tokio::test]
    async fn a_denial_is_saved_when_the_file_is_mended() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        let lifecycle = stopped(&folder, "port = 5000\n[desktop\n");
        let (denied, undone) = ("https://b.example", "https://c.example");
        for page in [denied, undone] {
            lifecycle.deny_origin(&page.parse().expect("an origin")).await.expect_err("a broken file");
        }
        lifecycle.denials().remove(&undone.parse().expect("an origin"));
        fs::write(&file, "port = 5000\n[desktop]\n").expect("a file");
        // The file itself is not read meanwhile: on Windows it cannot be replaced while a program has it open.
        let mut published = lifecycle.settings().subscribe();
        let denied: Origin = denied.parse().expect("an origin");
        let saved = published.wait_for(|loaded| loaded.settings.denied_origins.contains(&denied));
        tokio::time::timeout(Duration::from_secs(60), saved).await.expect("saved in time").expect("the store lives");
        assert!(!fs::read_to_string(&file).expect("a file").contains(undone));
    }

    #[tokio::test]
    async fn a_saved_denial_is_kept_until_the_guard_has_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        let lifecycle = stopped(&folder, "port = 5000\n[desktop\n");
        let origin: Origin = "https://b.example".parse().expect("an origin");
        lifecycle.denials().add(&origin);
        let saving = tokio::spawn(super::save_later(lifecycle.settings(), lifecycle.denials().clone(), origin.clone()));
        // It waits for a change from its first step on.
        tokio::task::yield_now().await;
        fs::write(&file, "port = 5000\n[desktop]\n").expect("a file");
        tokio::time::timeout(Duration::from_secs(60), saving).await.expect("saved in time").expect("no panic");
        assert!(lifecycle.settings().current().settings.denied_origins.contains(&origin));
        assert!(lifecycle.denials().list().contains(&origin), "no service has applied it");
    }

    #[tokio::test]
    async fn decisions_are_saved_and_can_be_revoked() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        let lifecycle = stopped(&folder, "# mine\nallowed_origins = [\"http://a.example\"]\n");
        let origin: Origin = "https://b.example".parse().expect("an origin");
        let lists = |loaded: &Loaded| {
            let settings = &loaded.settings;
            (settings.allowed_origins.contains(&origin), settings.denied_origins.contains(&origin))
        };
        assert_eq!(lists(&lifecycle.allow_origin(&origin).await.expect("allowed")), (true, false));
        assert_eq!(lists(&lifecycle.deny_origin(&origin).await.expect("denied")), (false, true));
        assert_eq!(lists(&Loaded::from_file(&file)), (false, true));
        assert_eq!(lists(&lifecycle.revoke_origin(&origin).await.expect("revoked")), (false, false));
        let text = fs::read_to_string(&file).expect("a file");
        assert!(text.starts_with("# mine\n") && text.contains("http://a.example"), "{text}");
    }

    #[tokio::test]
    async fn a_page_that_is_denied_or_revoked_loses_its_network_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let always = ["https://a.example", "https://b.example", "mcp"];
        let lifecycle = stopped(&folder, &format!("[sandbox]\nnetwork_always = {always:?}\n"));
        let origin = |number: usize| -> Origin { always[number].parse().expect("an origin") };
        let left = |loaded: Loaded| loaded.settings.network_always;
        assert_eq!(left(lifecycle.allow_origin(&origin(0)).await.expect("allowed")), always);
        assert_eq!(left(lifecycle.deny_origin(&origin(0)).await.expect("denied")), always[1..]);
        assert_eq!(left(lifecycle.revoke_origin(&origin(1)).await.expect("revoked")), ["mcp"]);
    }
}
