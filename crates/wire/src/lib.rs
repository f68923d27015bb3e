//! The wire types: every JSON that the Runtray service speaks, over HTTP, in streams and over WebSockets.
//!
//! One definition serves both directions: the service writes these types, and its clients read them. `/openapi.json` and the
//! window's TypeScript (feature `typescript`) are made from the same types. Nothing is checked here but the shape: values are
//! checked by the service. Unknown fields are ignored, so that either side may be newer.

mod doctor;
mod error;
mod executions;
mod given;
mod health;
mod languages;
mod message;
mod network;
mod packs;
mod proof;
#[cfg(test)]
mod properties;
mod request;
mod response;
mod run_status;
mod statistics;
mod status;
#[cfg(test)]
mod tests;
mod words;

pub use doctor::{Check, DoctorReport, Examination, ReportedCheck};
pub use error::{Code, ErrorBody};
pub use executions::{
    Cancelling, Execution, ExecutionSummary, ExecutionsPage, ExecutionsQuery, ExportFormat, ExportQuery,
};
pub use given::{Given, GivenFile, GivenVariable, Missing};
pub use health::Health;
pub use languages::Language;
pub use message::{ClientMessage, Run, SentSignal, ServerMessage, SignalName, TerminalSize, Typed};
pub use network::{NetworkAnswer, NetworkQuestion};
pub use packs::{Pack, PackEvent, PackFault, PackProgress, PackStep, Packs};
pub use proof::{Proof, ProofQuery};
pub use request::{Encoding, ExecuteRequest, InputFile, Level, Network, WholeNumber};
pub use response::{Ending, ExecuteResponse, Finished, Granted, Printed, ResultFile, Started};
pub use run_status::RunStatus;
pub use statistics::{Facets, Minute, Statistics};
pub use status::{PendingOrigin, PendingProgram, ServiceStatus};
pub use words::{Filling, Words};
