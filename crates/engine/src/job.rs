//! A program with its interpreter and its limits.

use crate::language::Runtime;
use crate::limits::Limits;
use crate::request::Request;

/// What to run.
pub(crate) struct Job {
    pub(crate) request: Request,
    pub(crate) runtime: Runtime,
    pub(crate) limits: Limits,
}
