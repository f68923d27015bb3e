//! The messages of `GET /execute/ws`.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::error::ErrorBody;
use crate::request::ExecuteRequest;
use crate::response::{Finished, Printed, Started};

/// A message of the client. Binary frames besides are standard input as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClientMessage {
    /// The first message: a program.
    Run(Box<Run>),
    /// Text for its standard input.
    Stdin(Typed),
    /// The end of its standard input.
    Eof,
    /// A signal for it.
    Signal(SentSignal),
    /// The new size of its terminal.
    Resize(TerminalSize),
}

/// The client's first message, `{"type": "run", …}`: the fields of `POST /execute`, and a terminal or none. `stdin` is the
/// beginning of what is typed. `timeout_ms` may be as long as the settings let interactive runs be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Run {
    /// The program.
    #[serde(flatten)]
    #[schema(ignore)]
    pub request: ExecuteRequest,
    /// With it the program gets a terminal of that size in place of its three streams; all it writes comes as `stdout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub terminal: Option<TerminalSize>,
}

/// The size of a terminal; with `{"type": "resize", …}` its new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(expecting = "an object with `columns` and `rows`")]
pub struct TerminalSize {
    /// Character cells in a row.
    #[schema(minimum = 1, maximum = 1000, example = 80)]
    pub columns: u16,
    /// Rows.
    #[schema(minimum = 1, maximum = 1000, example = 24)]
    pub rows: u16,
}

/// `{"type": "stdin", …}`: text for the program's standard input, at most 1 MiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Typed {
    /// The text; what Enter types into a terminal is `\r`.
    pub data: String,
}

/// `{"type": "signal", …}`: a signal for the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SentSignal {
    /// `interrupt` is what Ctrl-C does, `terminate` is SIGTERM, `kill` cancels the run. Windows has none of the first two
    /// without a terminal and cancels the run.
    pub signal: SignalName,
}

/// A signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum SignalName {
    /// As Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// Cancels the run.
    Kill,
}

/// A message of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerMessage {
    /// The program runs.
    Started(Started),
    /// It printed something; with a terminal, what that shows.
    Stdout(Printed),
    /// It printed something to standard error.
    Stderr(Printed),
    /// It ended.
    Finished(Box<Finished>),
    /// The message before was not understood, or the program could not be run.
    Error(ErrorBody),
}

impl ServerMessage {
    /// The message in an event of `POST /execute`, which has the message's type as its name and the other fields as its data.
    /// `None` if this version does not know the event.
    ///
    /// # Errors
    /// The data is not that of such an event.
    pub fn from_event<'de, D: Deserializer<'de>>(name: &str, data: D) -> Result<Option<Self>, D::Error> {
        Ok(Some(match name {
            "started" => Self::Started(Started::deserialize(data)?),
            "stdout" => Self::Stdout(Printed::deserialize(data)?),
            "stderr" => Self::Stderr(Printed::deserialize(data)?),
            "finished" => Self::Finished(Box::new(Finished::deserialize(data)?)),
            "error" => Self::Error(ErrorBody::deserialize(data)?),
            _ => return Ok(None),
        }))
    }
}
