//! Why a program was not run.

use runtray_engine::message::LocalizedMessage;

use super::admission::Refused;
use super::questions::NotAsked;
use crate::sentences as s;

/// Why a program was not run. A program that ran and failed is no error: that is an outcome.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// No language has this name or alias.
    #[error("the language `{name}` is not known")]
    UnknownLanguage {
        /// The name.
        name: String,
        /// The languages that can run.
        known: Vec<String>,
        /// The shells that the settings do not allow.
        shells: Vec<String>,
    },
    /// The language is known, but no interpreter of it can be used.
    #[error("no interpreter: {0}")]
    NoRuntime(LocalizedMessage),
    /// The level of isolation or the network that the settings or the request ask for cannot be given.
    #[error("isolation is not available: {0}")]
    NoIsolation(LocalizedMessage),
    /// The limits of concurrent executions are reached.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Too many programs wait for the user's answer; the number is the limit.
    #[error("{0} programs wait for an answer, which is the limit")]
    TooManyQuestions(usize),
    /// The engine has been shut down.
    #[error("the service is stopping")]
    Stopping,
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] runtray_engine::Error),
    /// The service itself failed; the text is for its log.
    #[error("{0}")]
    Internal(String),
}

impl From<NotAsked> for RunError {
    fn from(why: NotAsked) -> Self {
        match why {
            NotAsked::Nobody => Self::NoIsolation(s::NETWORK_NOBODY.message()),
            NotAsked::TooMany(waiting) => Self::TooManyQuestions(waiting),
        }
    }
}
