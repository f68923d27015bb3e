//! A request with the runtime and the limits it runs with.

use crate::isolation::Policy;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::request::Request;

/// What one run needs.
pub(crate) struct Job {
    pub(crate) request: Request,
    pub(crate) runtime: Runtime,
    pub(crate) limits: Limits,
    pub(crate) policy: Policy,
}
