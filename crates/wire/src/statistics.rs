//! Statistics over the log, for the window. No route serves them yet.

use serde::{Deserialize, Serialize};

/// The values to filter by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Facets {
    /// The languages of the executions, sorted.
    pub languages: Vec<String>,
    /// The origins of the executions, sorted.
    pub origins: Vec<String>,
    /// The number of executions.
    pub total: u64,
}

/// The statistics of the day and of the last hour.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Statistics {
    /// Executions since midnight, by this machine's clock and zone.
    pub today: u64,
    /// Those of them that ended neither completed nor cancelled.
    pub failed_today: u64,
    /// The median duration today.
    pub median_ms: Option<f64>,
    /// The last sixty minutes, oldest first.
    pub minutes: Vec<Minute>,
}

/// The executions that began in one minute.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Minute {
    /// The minute's beginning, in milliseconds since 1970.
    pub at_ms: i64,
    /// The number of executions.
    pub count: u64,
    /// Those of them that ended neither completed nor cancelled.
    pub failed: u64,
    /// The median duration.
    pub median_ms: Option<f64>,
}
