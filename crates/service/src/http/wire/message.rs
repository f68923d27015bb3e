//! The messages of `GET /execute/ws`.

use runtray_engine::{Command, InvalidRequest, Signal, shown};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ErrorBody;
use super::parse::{self, Invalid, Malformed, Mismatch};
use super::request::{ExecuteRequest, Parsed, Timeouts};
use super::response::{Finished, Printed, Started};

/// The most input in one message. A longer text comes in several messages, each when there is room for it.
const MOST_TYPED_BYTES: usize = 1 << 20;

/// The client's first message, `{"type": "run", …}`: the fields of `POST /execute`, and a terminal or none. `stdin` is the
/// beginning of what is typed. `timeout_ms` may be as long as the settings let interactive runs be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Run {
    /// With it the program gets a terminal of that size in place of its three streams; all it writes comes as `stdout`.
    terminal: Option<TerminalSize>,
}

/// The size of a terminal; with `{"type": "resize", …}` its new one.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct TerminalSize {
    /// Character cells in a row.
    #[schema(value_type = u16, minimum = 1, maximum = 1000, example = 80)]
    columns: i64,
    /// Rows.
    #[schema(value_type = u16, minimum = 1, maximum = 1000, example = 24)]
    rows: i64,
}

/// `{"type": "stdin", …}`: text for the program's standard input, at most 1 MiB.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Typed {
    /// The text; what Enter types into a terminal is `\r`.
    data: String,
}

/// `{"type": "signal", …}`: a signal for the program.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SentSignal {
    /// `interrupt` is what Ctrl-C does, `terminate` is SIGTERM, `kill` cancels the run. Windows has none of the first two
    /// without a terminal and cancels the run.
    signal: SignalName,
}

/// A signal.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SignalName {
    Interrupt,
    Terminate,
    Kill,
}

/// What the service sends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ServerMessage {
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

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: String,
}

/// Parses the first message.
///
/// # Errors
/// A sentence that says what to send instead.
pub(crate) fn parse_run(bytes: &[u8], timeouts: Timeouts) -> Result<Parsed, Invalid> {
    let name = object::<Kind>(bytes)?.name;
    if name != "run" {
        return Err(Invalid::Request(format!(
            "Send `{{\"type\": \"run\", \"code\": \"…\"}}` first; `{}` comes when a program runs.",
            shown(&name)
        )));
    }
    let Run { terminal } = object(bytes)?;
    let parsed = ExecuteRequest::parse(bytes, timeouts)?;
    Ok(match terminal {
        Some(size) => Parsed { request: parsed.request.with_terminal(size.check("terminal.")?), ..parsed },
        None => parsed,
    })
}

/// Parses any message after the first.
///
/// # Errors
/// A sentence that says what to send instead.
pub(crate) fn parse_command(bytes: &[u8]) -> Result<Command, Invalid> {
    match object::<Kind>(bytes)?.name.as_str() {
        "stdin" => typed(object::<Typed>(bytes)?.data.into_bytes()),
        "eof" => Ok(Command::Eof),
        "signal" => Ok(Command::Signal(object::<SentSignal>(bytes)?.signal.into())),
        "resize" => Ok(Command::Resize(object::<TerminalSize>(bytes)?.check("")?)),
        "run" => Err(Invalid::Request("A program runs here already; open another connection for the next.".into())),
        other => Err(Invalid::Request(format!(
            "`type` must be `stdin`, `eof`, `signal` or `resize`, not `{}`.",
            shown(other)
        ))),
    }
}

/// The input of one message.
///
/// # Errors
/// It is too long for one message.
pub(crate) fn typed(bytes: Vec<u8>) -> Result<Command, Invalid> {
    if bytes.len() > MOST_TYPED_BYTES {
        let most = MOST_TYPED_BYTES;
        return Err(Invalid::Request(format!("A message types at most {most} bytes; send the rest in another.")));
    }
    Ok(Command::Stdin(bytes))
}

fn object<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Invalid> {
    parse::object(bytes).map_err(|malformed| match malformed {
        Malformed::Json(reason) => Invalid::Request(format!("The message is not valid JSON: {reason}.")),
        Malformed::Shape(Mismatch { field, reason }) if field.is_empty() || field == "." => {
            Invalid::Request(format!("The message {reason}."))
        }
        shape => shape.into(),
    })
}

impl TerminalSize {
    fn check(self, prefix: &str) -> Result<runtray_engine::TerminalSize, InvalidRequest> {
        // A number that does not fit into the type is out of bounds as well: 0 is refused below.
        let [columns, rows] = [self.columns, self.rows].map(|count| u16::try_from(count).unwrap_or(0));
        runtray_engine::TerminalSize::new(columns, rows)
            .map_err(|wrong| InvalidRequest { field: format!("{prefix}{}", wrong.field), ..wrong })
    }
}

impl From<SignalName> for Signal {
    fn from(name: SignalName) -> Self {
        match name {
            SignalName::Interrupt => Self::Interrupt,
            SignalName::Terminate => Self::Terminate,
            SignalName::Kill => Self::Kill,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runtray_engine::{Command, Signal};

    use super::{parse_command, parse_run};
    use crate::http::wire::request::Timeouts;

    const TIMEOUTS: Timeouts = Timeouts { default: Duration::from_secs(60), max: Duration::from_secs(60) };

    #[test]
    fn bad_messages_are_told_what_to_be() {
        for (message, expected) in [
            ("", "The message is not valid JSON: it is empty."),
            ("[]", "The message must be a JSON object such as {\"code\": \"…\"}."),
            ("{}", "`type` is missing."),
            (r#"{"type":"shout"}"#, "`type` must be `stdin`, `eof`, `signal` or `resize`, not `shout`."),
            (r#"{"type":"run","code":""}"#, "A program runs here already; open another connection for the next."),
            (r#"{"type":"stdin"}"#, "`data` is missing."),
            (r#"{"type":"stdin","data":5}"#, "`data` must be a string, not 5."),
            (
                r#"{"type":"signal","signal":"hup"}"#,
                "`signal` must be one of `interrupt`, `terminate`, `kill`, not `hup`",
            ),
            (r#"{"type":"resize","columns":0,"rows":24}"#, "`columns` must be a whole number from 1 to 1000."),
            (r#"{"type":"resize","columns":80,"rows":70000}"#, "`rows` must be a whole number from 1 to 1000."),
        ] {
            let error = parse_command(message.as_bytes()).expect_err(message).to_string();
            assert!(error.starts_with(expected), "{message}: {error}");
        }
        for (message, expected) in [
            (r#"{"type":"stdin","data":"x"}"#, "Send `{\"type\": \"run\""),
            (r#"{"type":"run"}"#, "`code` is missing."),
            (r#"{"type":"run","code":"","terminal":{"columns":80,"rows":-1}}"#, "`terminal.rows` must be a whole"),
            (r#"{"type":"run","code":"","timeout_ms":60001}"#, "`timeout_ms` must be a whole number"),
        ] {
            let error = parse_run(message.as_bytes(), TIMEOUTS).expect_err(message).to_string();
            assert!(error.starts_with(expected), "{message}: {error}");
        }
    }

    #[test]
    fn good_messages_are_commands() {
        let size = runtray_engine::TerminalSize::new(80, 24).expect("a size");
        for (message, expected) in [
            (r#"{"type":"stdin","data":"é\n"}"#, Command::Stdin("é\n".into())),
            (r#"{"type":"eof"}"#, Command::Eof),
            (r#"{"type":"signal","signal":"interrupt"}"#, Command::Signal(Signal::Interrupt)),
            (r#"{"type":"resize","columns":80,"rows":24}"#, Command::Resize(size)),
        ] {
            assert_eq!(parse_command(message.as_bytes()).expect(message), expected);
        }
        let run = br#"{"type":"run","code":"a","stdin":"b","terminal":{"columns":80,"rows":24}}"#;
        let parsed = parse_run(run, TIMEOUTS).expect("a program");
        assert_eq!((parsed.request.terminal(), &parsed.request.stdin()[..]), (Some(size), &b"b"[..]));
    }
}
