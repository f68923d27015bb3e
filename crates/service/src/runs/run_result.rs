//! The result of an execution: its outcome and its output.

use runtray_engine::{Job, Outcome};

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
    /// Whether `output` is only the beginning of what was printed.
    pub(crate) output_truncated: bool,
    /// Whether `error` is only the beginning of what was printed.
    pub(crate) error_truncated: bool,
    /// The fields of the request that were not understood.
    pub(crate) ignored: Vec<String>,
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
        }
    }
}
