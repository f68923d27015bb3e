//! Programs that wait until the user says whether they may use the network: from the service to the app's window, and back.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::status::PendingProgram;

/// A program that waits until the user says whether it may use the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NetworkQuestion {
    /// The id of its execution.
    pub id: String,
    /// Its caller: a web origin, or a word such as `local`.
    pub caller: String,
    /// Since when it waits.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub asked_at: OffsetDateTime,
    /// Its beginning.
    pub program: PendingProgram,
}

/// The user's answer to such a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NetworkAnswer {
    /// This program gets a network.
    Once,
    /// Every program of its caller gets one, without a question.
    Always,
    /// This program runs without a network.
    Without,
    /// Every program of its caller runs without a network, without a question.
    Never,
}
