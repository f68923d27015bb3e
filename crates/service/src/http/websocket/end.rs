//! Why a conversation ends before its program has ended.

use crate::http::error::Error;

/// The client is gone and cannot be told anything.
pub(crate) struct Gone;

/// Why a conversation ends before its program has ended.
pub(super) enum Ending {
    /// The client is gone.
    Gone,
    /// The program was not run, or its client may not run it any more. The error is sent to the client.
    Refused(Error),
    /// The service stops, and no program was run.
    Stopping,
}

impl From<Gone> for Ending {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}
