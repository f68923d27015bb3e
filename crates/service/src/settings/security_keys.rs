//! The keys that restrict access, and how they fail closed.

use std::path::PathBuf;

use toml_edit::Item;

use super::closest::closest;
use super::key::Key;
use super::keys::KEYS;
use super::model::Settings;
use crate::sentences;

/// The list of pages that are refused, whatever other lists contain.
pub(super) const DENIED: &str = "denied_origins";

/// The list of callers whose programs get no network.
const NEVER: &str = "sandbox.network_never";

const NAMES: [&str; 6] = ["allowed_origins", DENIED, "require_token", "same_user_only", "isolation", NEVER];

/// Keys that grant something which the defaults do not. Their names are not guessed, and a wrong value grants nothing.
const GRANTS: [&str; 7] = [
    "allowed_hosts",
    "allow_shells",
    "sandbox.read",
    "sandbox.write",
    "sandbox.network",
    "sandbox.network_always",
    "sandbox.network_allow",
];

/// Whether the key of that name grants something.
pub(super) fn is_grant(key: &Key) -> bool {
    GRANTS.contains(&key.name)
}

/// Removes the grants from the settings that the value of `key` does not contain. It never adds a grant.
pub(super) fn narrow(key: &Key, settings: &mut Settings, item: &Item) {
    let mut read = Settings::default();
    let _ = (key.read)(&mut read, item);
    match key.name {
        "allow_shells" => settings.allow_shells &= read.allow_shells,
        "allowed_hosts" => settings.allowed_hosts.retain(|host| read.allowed_hosts.contains(host)),
        "sandbox.read" => settings.sandbox_read = within_both(&settings.sandbox_read, &read.sandbox_read),
        "sandbox.network" => settings.network = settings.network.min(read.network),
        "sandbox.network_always" => settings.network_always.retain(|caller| read.network_always.contains(caller)),
        "sandbox.network_allow" => settings.network_allow.retain(|address| read.network_allow.contains(address)),
        _ => settings.sandbox_write = within_both(&settings.sandbox_write, &read.sandbox_write),
    }
}

/// The folders that both lists grant. A folder is granted with its content.
fn within_both(some: &[PathBuf], others: &[PathBuf]) -> Vec<PathBuf> {
    let within = |list: &[PathBuf], folder: &PathBuf| list.iter().any(|granted| folder.starts_with(granted));
    let narrower = others.iter().filter(|folder| within(some, folder) && !some.contains(folder));
    some.iter().filter(|folder| within(others, folder)).chain(narrower).cloned().collect()
}

/// Whether the key of that name restricts access.
pub(super) fn is_security_key(name: &str) -> bool {
    NAMES.contains(&name)
}

/// The security key that an unknown name probably means, whatever its section, its case and the order of its words.
pub(super) fn meant(name: &str) -> Option<&'static Key> {
    let word = snake_case(last(name));
    let words = || NAMES.into_iter().map(last);
    let turned = || words().find(|name| closest(&sorted(&word), [&*sorted(name)].into_iter()).is_some());
    let meant = closest(&word, words()).or_else(turned)?;
    KEYS.iter().find(|key| is_security_key(key.name) && last(key.name) == meant)
}

/// A name without its section.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The name in lower case, with underscores between its words.
fn snake_case(name: &str) -> String {
    let (mut words, mut last) = (String::new(), '_');
    for letter in name.chars() {
        if letter.is_uppercase() && last.is_lowercase() {
            words.push('_');
        }
        words.extend(letter.to_lowercase().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }));
        last = letter;
    }
    words
}

/// The words of a name in alphabetical order.
fn sorted(name: &str) -> String {
    let mut words: Vec<&str> = name.split('_').collect();
    words.sort_unstable();
    words.join("_")
}

/// The settings of a file that cannot be read at all: every security key is closed.
pub(super) fn all_closed() -> Settings {
    let mut settings = Settings::default();
    for key in KEYS.iter().filter(|key| is_security_key(key.name)) {
        // A missing value closes the key. The error is not needed: the problem of the whole file is reported.
        let _ = (key.read)(&mut settings, &Item::None);
    }
    settings.refuse_to_run = Some(sentences::SETTING_ISOLATION_UNKNOWN.message());
    settings
}

/// A key that restricts access.
pub(super) struct SecurityKey(pub(super) &'static Key);

impl SecurityKey {
    pub(super) fn of(key: &'static Key) -> Option<Self> {
        is_security_key(key.name).then_some(Self(key))
    }

    /// Merges a value into the settings. A value after the first one of its key can only close further.
    pub(super) fn merge(&self, settings: &mut Settings, item: &Item, is_first: bool) {
        let mut read = Settings { allowed_origins: Vec::new(), ..Settings::default() };
        let _ = (self.0.read)(&mut read, item);
        match self.0.name {
            "allowed_origins" if is_first => settings.allowed_origins = read.allowed_origins,
            "allowed_origins" => settings.allowed_origins.retain(|origin| read.allowed_origins.contains(origin)),
            DENIED => settings.denied_origins.extend(read.denied_origins),
            "require_token" => settings.require_token |= read.require_token,
            "same_user_only" if is_first => settings.same_user_only = read.same_user_only,
            "same_user_only" => settings.same_user_only |= read.same_user_only,
            NEVER => settings.network_never = both(settings.network_never.take(), read.network_never),
            _ if read.refuse_to_run.is_some() => settings.refuse_to_run = read.refuse_to_run,
            _ if is_first => settings.isolation = read.isolation,
            _ => settings.isolation = settings.isolation.max(read.isolation),
        }
        settings.denied_origins.dedup();
    }
}

/// The callers of both lists; `None` if one of them is unknown.
fn both(some: Option<Vec<String>>, others: Option<Vec<String>>) -> Option<Vec<String>> {
    let (mut all, others) = (some?, others?);
    all.extend(others);
    all.sort_unstable();
    all.dedup();
    Some(all)
}
