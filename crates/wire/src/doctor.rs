//! The findings of the doctor, for the app's window.

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
