//! The result of an execution: its outcome and its output.

use std::path::PathBuf;

use runtray_engine::{Job, Outcome, Policy};

use super::bounded_text::BoundedText;

/// An execution that ended.
#[derive(Debug)]
pub struct RunResult {
    /// The execution's ULID.
    pub(crate) id: String,
    /// The language's name.
    pub(crate) language: String,
    /// The interpreter, for people.
    pub(crate) runtime: String,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// The kept part of standard output.
    pub(crate) output: String,
    /// The kept part of standard error, with the engine's reason for ending the run on a last line of its own.
    pub(crate) error: String,
    /// Whether `output` was cut.
    pub(crate) output_truncated: bool,
    /// Whether `error` was cut.
    pub(crate) error_truncated: bool,
    /// The fields of the request that were not understood.
    pub(crate) ignored: Vec<String>,
    /// The user's grants to the sandbox; `None` without any.
    pub(crate) granted: Option<Granted>,
}

/// The user's grants to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    /// For reading.
    pub(crate) read: Vec<PathBuf>,
    /// For reading and writing.
    pub(crate) write: Vec<PathBuf>,
    /// Whether it had a network.
    pub(crate) network: bool,
}

impl Granted {
    /// The grants of `policy`, if there are any.
    fn of(policy: &Policy) -> Option<Self> {
        let network = policy.network.is_some();
        let is_empty = policy.read.is_empty() && policy.write.is_empty() && !network;
        (!is_empty).then(|| Self { read: policy.read.clone(), write: policy.write.clone(), network })
    }
}

impl RunResult {
    /// The result of `job`.
    pub fn new(job: &Job, outcome: Outcome, output: BoundedText, error: BoundedText) -> Self {
        Self {
            id: job.id().to_owned(),
            language: job.runtime().language.clone(),
            runtime: job.runtime().name.clone(),
            output_truncated: output.is_truncated(),
            error_truncated: error.is_truncated(),
            output: output.into_text(None),
            error: error.into_text(outcome.reason.as_deref()),
            outcome,
            ignored: Vec::new(),
            granted: Granted::of(job.policy()),
        }
    }
}
