//! The keys of `[updates]`.

use runtray_engine::message::LocalizedMessage;
use toml_edit::Item;

use super::access;
use super::key::{Key, set};
use super::model::Settings;
use super::read::{excerpt, switch};
use crate::sentences;

pub(super) const DAILY: Key = Key::new(
    "updates.daily",
    "true lets the app look once a day whether there is a new version. It installs one only after you said yes.",
    |s, v| set(&mut s.updates.daily, switch(v)),
    |s| s.updates.daily.to_string(),
);

pub(super) const FEED: Key = Key::new(
    "updates.feed",
    "The https address that announces new versions. Empty: that of this build, if it has one.",
    |s, v| set(&mut s.updates.feed, text(v)),
    |s| quoted(&s.updates.feed),
);

pub(super) const KEY: Key = Key::new(
    "updates.key",
    "The public key (minisign) that new versions must be signed with. Empty: that of this build.",
    |s, v| set(&mut s.updates.key, text(v)),
    |s| quoted(&s.updates.key),
);

pub(super) const HOSTS: Key = Key::new(
    "updates.hosts",
    "Hosts besides that of the feed from which new versions may come.",
    |s: &mut Settings, v| access::hosts(&mut s.updates.hosts, v),
    |s| list(s.updates.hosts.iter().map(String::as_str)),
);

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    toml_edit::Value::from_iter(texts).to_string()
}

fn text(item: &Item) -> Result<String, LocalizedMessage> {
    let text = item.as_str().map(|text| text.trim().to_owned());
    text.ok_or_else(|| sentences::SETTING_TEXT.with("written", excerpt(item)))
}
