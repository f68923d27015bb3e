//! The messages of a client of `GET /execute/ws`.
//!
//! A message is read in parts rather than as a `ClientMessage`: serde buffers tagged and flattened types, and its errors then
//! do not say where they are.

use runtray_engine::{Command, InvalidRequest, Signal, excerpt};
use runtray_wire::{SentSignal, SignalName, TerminalSize, Typed};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::json::{self, Invalid, Whole};
use super::request::{Parsed, Timeouts, parse_request};

/// The most input in one message. A longer text comes in several messages, each when there is room for it.
const MOST_TYPED_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: String,
}

/// The fields of the first message besides a request's.
#[derive(Deserialize)]
struct Terminal {
    terminal: Option<TerminalSize>,
}

/// Parses the first message, a `Run`.
///
/// # Errors
/// A sentence with the message to send instead.
pub(crate) fn parse_run(bytes: &[u8], timeouts: Timeouts) -> Result<Parsed, Invalid> {
    let name = object::<Kind>(bytes)?.name;
    if name != "run" {
        return Err(Invalid::Request(format!(
            "Send `{{\"type\": \"run\", \"code\": \"…\"}}` first; `{}` comes when a program runs.",
            excerpt(&name)
        )));
    }
    let Terminal { terminal } = object(bytes)?;
    let mut parsed = parse_request(bytes, Whole::Message, timeouts)?;
    parsed.ignored.retain(|name| name != "type" && name != "terminal");
    Ok(match terminal {
        Some(size) => Parsed { request: parsed.request.with_terminal(check(size, "terminal.")?), ..parsed },
        None => parsed,
    })
}

/// Parses any message after the first.
///
/// # Errors
/// A sentence with the message to send instead.
pub(crate) fn parse_command(bytes: &[u8]) -> Result<Command, Invalid> {
    match object::<Kind>(bytes)?.name.as_str() {
        "stdin" => typed(object::<Typed>(bytes)?.data.into_bytes()),
        "eof" => Ok(Command::Eof),
        "signal" => Ok(Command::Signal(signal(object::<SentSignal>(bytes)?.signal))),
        "resize" => Ok(Command::Resize(check(object::<TerminalSize>(bytes)?, "")?)),
        "run" => Err(Invalid::Request("A program runs here already; open another connection for the next.".into())),
        other => Err(Invalid::Request(format!(
            "`type` must be `stdin`, `eof`, `signal` or `resize`, not `{}`.",
            excerpt(other)
        ))),
    }
}

/// The input of one message.
///
/// # Errors
/// The input is too long for one message.
pub(crate) fn typed(bytes: Vec<u8>) -> Result<Command, Invalid> {
    if bytes.len() > MOST_TYPED_BYTES {
        let most = MOST_TYPED_BYTES;
        return Err(Invalid::Request(format!("A message types at most {most} bytes; send the rest in another.")));
    }
    Ok(Command::Stdin(bytes))
}

fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Invalid> {
    json::object(bytes).map_err(|malformed| malformed.in_the(Whole::Message))
}

fn check(size: TerminalSize, prefix: &str) -> Result<runtray_engine::TerminalSize, InvalidRequest> {
    runtray_engine::TerminalSize::new(size.columns, size.rows)
        .map_err(|wrong| InvalidRequest { field: format!("{prefix}{}", wrong.field), ..wrong })
}

fn signal(name: SignalName) -> Signal {
    match name {
        SignalName::Interrupt => Signal::Interrupt,
        SignalName::Terminate => Signal::Terminate,
        SignalName::Kill => Signal::Kill,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runtray_engine::{Command, Signal};

    use super::{parse_command, parse_run};
    use crate::http::from_wire::request::Timeouts;

    const TIMEOUTS: Timeouts = Timeouts { default: Duration::from_secs(60), max: Duration::from_secs(60) };

    #[test]
    fn bad_messages_are_told_what_to_be() {
        for (message, expected) in [
            ("", "The message is not valid JSON: it is empty."),
            ("[]", "The message cannot be used: it must be a JSON object such as {\"code\": \"…\"}."),
            ("{}", "The message cannot be used: missing field `type`"),
            (r#"{"type":"shout"}"#, "`type` must be `stdin`, `eof`, `signal` or `resize`, not `shout`."),
            (r#"{"type":"run","code":""}"#, "A program runs here already; open another connection for the next."),
            (r#"{"type":"stdin"}"#, "The message cannot be used: missing field `data`"),
            (r#"{"type":"stdin","data":5}"#, "`data` cannot be used: invalid type: integer `5`, expected a string"),
            (
                r#"{"type":"signal","signal":"hup"}"#,
                "`signal` cannot be used: unknown variant `hup`, expected one of `interrupt`, `terminate`, `kill`",
            ),
            (r#"{"type":"resize","columns":0,"rows":24}"#, "`columns` must be a whole number from 1 to 1000."),
            (r#"{"type":"resize","columns":80,"rows":70000}"#, "`rows` cannot be used: invalid value: integer `70000`"),
        ] {
            let error = parse_command(message.as_bytes()).expect_err(message).to_string();
            assert!(error.starts_with(expected), "{message}: {error}");
        }
        for (message, expected) in [
            (r#"{"type":"stdin","data":"x"}"#, "Send `{\"type\": \"run\""),
            (r#"{"type":"run"}"#, "The message cannot be used: missing field `code`"),
            (
                r#"{"type":"run","code":"","terminal":{"columns":80,"rows":-1}}"#,
                "`terminal.rows` cannot be used: invalid value: integer `-1`",
            ),
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
        let run = br#"{"type":"run","code":"a","stdin":"b","timeout":5,"terminal":{"columns":80,"rows":24}}"#;
        let parsed = parse_run(run, TIMEOUTS).expect("a program");
        assert_eq!((parsed.request.terminal(), &parsed.request.stdin()[..]), (Some(size), &b"b"[..]));
        assert_eq!(parsed.ignored, ["timeout"]);
    }
}
