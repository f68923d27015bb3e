//! Why a program could not be run at all. A program that ran and failed is an [`Outcome`](crate::outcome::Outcome) instead.

use std::io;

use crate::text::excerpt::excerpt;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// Why the engine could not run a program.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The run's folder could not be created or filled.
    #[error("could not prepare the run's folder: {0}")]
    Workspace(#[source] io::Error),
    /// Windows starts no program in the folders that runs would have.
    #[error("the folder of runs has a path that is {excess} characters too long: {folder}")]
    LongFolder {
        /// The folder of the runs' folders.
        folder: String,
        /// The number of characters by which it is too long.
        excess: usize,
    },
    /// The interpreter could not be started.
    #[error("could not start {program}: {source}")]
    Start {
        /// The interpreter's path.
        program: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// This machine cannot give the level of isolation.
    #[error("the sandbox is not available here: {0}")]
    NoSandbox(LocalizedMessage),
    /// The interpreter does not isolate its programs as the level `wasm` asks.
    #[error("the interpreter does not run in WebAssembly: {0}")]
    NotInWasm(String),
    /// This machine cannot give programs in the sandbox a network.
    #[error("programs cannot be given a network here: {0}")]
    NoNetwork(LocalizedMessage),
    /// No container can be started for the program, or the program needs something that containers do not support.
    #[error("programs cannot be run in a container here: {0}")]
    NoContainer(LocalizedMessage),
    /// The isolation level asks for a container, but the runtime is not a container's.
    #[error("the interpreter does not run in a container: {0}")]
    NotInContainer(String),
    /// The launcher or the run's supervisor died or does not answer.
    #[error("the run's supervisor failed: {0}")]
    Supervisor(#[source] io::Error),
}

impl Error {
    /// The error as a sentence.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::Workspace(cause) => sentences::RUN_FOLDER.with("cause", cause),
            Self::LongFolder { folder, excess } => {
                sentences::LONG_RUN_FOLDER.with("folder", folder).with("excess", excess.to_string())
            }
            Self::Start { program, source } => sentences::START.with("program", program).with("cause", source),
            Self::NoSandbox(reason) => sentences::NO_SANDBOX.with("reason", reason.clone()),
            Self::NotInWasm(language) => sentences::NOT_IN_WASM.with("language", language),
            Self::NoNetwork(reason) => sentences::NO_NETWORK.with("reason", reason.clone()),
            Self::NoContainer(reason) => sentences::NO_CONTAINER.with("reason", reason.clone()),
            Self::NotInContainer(language) => sentences::NOT_IN_CONTAINER.with("language", language),
            Self::Supervisor(cause) => sentences::SUPERVISOR.with("cause", cause),
        }
    }
}

/// An invalid request, with the field at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {reason}", excerpt(.field))]
pub struct InvalidRequest {
    /// The field's name as in the HTTP contract, for example `files[0].path`.
    pub field: String,
    /// The mistake and the expected value, worded to follow the field's name in a sentence.
    pub reason: String,
}

impl InvalidRequest {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}
