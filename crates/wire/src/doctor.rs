//! The findings of the doctor, for the app's window and for `runtray doctor --json`.

use serde::{Deserialize, Serialize};

use crate::words::Words;

/// The doctor's examination of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Examination {
    /// The level at which programs run.
    pub isolation: String,
    /// The checks in their order.
    pub checks: Vec<Check>,
}

/// One thing that this machine can or cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Check {
    /// Its name, which the window translates.
    pub name: String,
    /// Whether it works.
    pub ok: bool,
    /// The findings, or the missing part and how to get it.
    pub details: Vec<Words>,
}

/// The doctor's examination in English, as `runtray doctor --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorReport {
    /// The level at which programs run.
    pub isolation: String,
    /// The checks in their order.
    pub checks: Vec<ReportedCheck>,
}

/// A check in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedCheck {
    /// Its name.
    pub name: String,
    /// Whether it works.
    pub ok: bool,
    /// The findings, or the missing part and how to get it.
    pub detail: String,
}
