//! What this machine can do, as the window shows it.

use runtray_service::doctor;
use runtray_service::to_wire::words;
use runtray_wire::Words;
use serde::Serialize;
use ts_rs::TS;

/// What was found by doing it.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct Examination {
    /// The level at which programs run.
    isolation: String,
    checks: Vec<Check>,
}

/// One thing that this machine can or cannot do.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct Check {
    /// Its name, which the window translates.
    name: String,
    ok: bool,
    /// What was found, or what is missing and how to get it.
    details: Vec<Words>,
}

impl From<doctor::Examination> for Examination {
    fn from(found: doctor::Examination) -> Self {
        let check = |check: doctor::Check| Check {
            name: check.name.to_owned(),
            ok: check.ok,
            details: check.details.iter().map(words).collect(),
        };
        Self { isolation: found.isolation.name().to_owned(), checks: found.checks.into_iter().map(check).collect() }
    }
}
