//! A program that is to be run, with everything that its run needs.
//!
//! It is the only such type: the service's routes make it, its registry and journal read it, and the engine runs it. All of them
//! share one [`Arc`], so code, standard input and files are in memory once.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::error::InvalidRequest;
use crate::isolation::Policy;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::outcome::Isolation;
use crate::request::Request;

/// A program to run. Valid by construction, and never copied.
pub struct Job {
    id: String,
    origin: String,
    request: Request,
    runtime: Arc<Runtime>,
    limits: Limits,
    policy: OnceLock<Policy>,
    cancel: CancellationToken,
}

impl Job {
    /// `request`, to be run by `runtime` within the default limits.
    ///
    /// # Errors
    /// One of the request's files has the path of the program's own file.
    pub fn new(request: Request, runtime: Arc<Runtime>) -> Result<Self, InvalidRequest> {
        request.check_entry(&runtime.entry())?;
        Ok(Self {
            id: String::new(),
            origin: String::new(),
            runtime: Runtime::suited_to(runtime, &request),
            request,
            limits: Limits::default(),
            policy: OnceLock::new(),
            cancel: CancellationToken::new(),
        })
    }

    /// Sets the run's id, and the name of its client.
    #[must_use]
    pub fn with_names(mut self, id: impl Into<String>, origin: impl Into<String>) -> Self {
        (self.id, self.origin) = (id.into(), origin.into());
        self
    }

    /// Sets the run's limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The run's id; empty if it was given none.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The client that asked for the run: a web origin, or a word such as `local`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The program and its input.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The interpreter, with the arguments that this program needs.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// The limits of the run.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sets how the run is isolated. Call it before the run; later calls have no effect. Without a call the run is not isolated.
    pub fn isolate(&self, policy: Policy) {
        self.policy.get_or_init(|| policy.beside(self.runtime.isolation));
    }

    /// How the run is isolated, unless its interpreter does that itself.
    pub fn policy(&self) -> &Policy {
        static NONE: Policy = Policy::NONE;
        self.policy.get().unwrap_or(&NONE)
    }

    /// The level of isolation of the program.
    pub fn isolation(&self) -> Isolation {
        match self.runtime.isolation {
            Isolation::None => self.policy().level,
            own => own,
        }
    }

    /// Ends the run, or keeps it from starting. There is no other token for it.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("id", &self.id).field("runtime", &self.runtime.name).finish_non_exhaustive()
    }
}
