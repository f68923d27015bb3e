//! A finding about this machine.

use runtray_engine::message::LocalizedMessage;

use crate::http::to_wire::words;

/// Without these programs are not isolated.
pub(super) const NEEDED: [&str; 3] = [SANDBOX, FILES_CLOSED, NETWORK_CLOSED];
pub(super) const CONTAINER: &str = "container";
pub(super) const PYTHON: &str = "python";
pub(super) const SANDBOX: &str = "sandbox";
pub(super) const FILES_CLOSED: &str = "files closed";
pub(super) const NETWORK_CLOSED: &str = "network closed";
pub(super) const NETWORK_OUTWARD: &str = "network outward";

/// One thing that this machine can or cannot do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name. The app translates it.
    pub name: &'static str,
    /// Whether it works.
    pub ok: bool,
    /// The findings, or the missing part and how to get it.
    pub details: Vec<LocalizedMessage>,
}

impl Check {
    pub(super) fn new(name: &'static str, ok: bool, detail: LocalizedMessage) -> Self {
        Self { name, ok, details: vec![detail] }
    }

    /// The details as one text in English.
    pub fn detail(&self) -> String {
        self.details.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

impl From<&Check> for runtray_wire::Check {
    fn from(check: &Check) -> Self {
        let Check { name, ok, details } = check;
        Self { name: (*name).to_owned(), ok: *ok, details: details.iter().map(words).collect() }
    }
}

impl From<&Check> for runtray_wire::ReportedCheck {
    fn from(check: &Check) -> Self {
        Self { name: check.name.to_owned(), ok: check.ok, detail: check.detail() }
    }
}
