//! A program that is to be run.

use std::sync::Arc;

use runtray_engine::Request;
use runtray_engine::language::Runtime;

use crate::settings::IsolationChoice;

/// A program with everything that its execution needs to know.
pub(crate) struct Job {
    /// The execution's ULID.
    pub(crate) id: String,
    /// The interpreter.
    pub(crate) runtime: Arc<Runtime>,
    /// The program and its input.
    pub(crate) request: Request,
    /// The web origin that asked for the execution, or a word such as `local`.
    pub(crate) origin: String,
    /// The level of isolation to give.
    pub(crate) isolation: IsolationChoice,
    /// Whether its client can type into it while it runs.
    pub(crate) is_interactive: bool,
}
