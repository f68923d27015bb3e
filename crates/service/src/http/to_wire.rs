//! Converts the types of the engine and of the rooms below to wire types.

use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runtray_engine::language::Entry;
use runtray_engine::message::{LocalizedMessage, Value};
use runtray_engine::{Job, OutputFile, Status};
use runtray_wire::{
    Ending, ExecuteResponse, Filling, Granted, Language, Level, Network, NetworkQuestion, PendingOrigin,
    PendingProgram, ResultFile, RunStatus, Started, Words,
};

use super::access::pending;
use crate::journal::{self, milliseconds};
use crate::runs::isolation::{NetworkWish, Wish};
use crate::runs::questions;
use crate::runs::run_result::{self, RunResult};
use crate::runs::shown_program::ShownProgram;
use crate::settings::IsolationChoice;

impl From<RunResult> for ExecuteResponse {
    fn from(result: RunResult) -> Self {
        let outcome = result.outcome;
        Self {
            success: outcome.status == Status::Completed,
            ending: Ending {
                status: status(outcome.status),
                id: result.id,
                language: result.language,
                runtime: result.runtime,
                exit_code: outcome.exit_code,
                signal: outcome.signal,
                duration_ms: milliseconds(outcome.duration),
                cpu_ms: milliseconds(outcome.cpu),
                peak_memory_bytes: outcome.peak_memory_bytes,
                output_truncated: result.output_truncated,
                error_truncated: result.error_truncated,
                isolation: outcome.isolation.name().to_owned(),
                granted: result.granted.map(granted),
                containment: outcome.containment.map(|containment| containment.name().to_owned()),
                files: outcome.files.into_iter().map(file).collect(),
                ignored: result.ignored,
            },
            output: result.output,
            error: result.error,
        }
    }
}

fn granted(granted: run_result::Granted) -> Granted {
    let texts = |paths: Vec<PathBuf>| paths.iter().map(|path| path.display().to_string()).collect();
    Granted { read: texts(granted.read), write: texts(granted.write), network: granted.network }
}

/// The level that a request names.
pub fn choice(level: Level) -> IsolationChoice {
    match level {
        Level::Auto => IsolationChoice::Auto,
        Level::None => IsolationChoice::None,
        Level::Sandbox => IsolationChoice::Sandbox,
        Level::Wasm => IsolationChoice::Wasm,
        Level::Container => IsolationChoice::Container,
    }
}

/// The requested level and network.
pub(super) fn wish(isolation: Option<Level>, network: Option<Network>) -> Wish {
    let isolation = isolation.map(choice);
    let network = network.map(|network| match network {
        Network::Off => NetworkWish::Off,
        Network::Ask => NetworkWish::Ask,
        Network::On => NetworkWish::On,
    });
    Wish { isolation, network }
}

/// The message that `job` has started.
pub(super) fn started(job: &Job) -> Started {
    let runtime = job.runtime();
    Started { id: job.id().to_owned(), language: runtime.language.clone(), runtime: runtime.name.clone() }
}

impl From<&pending::PendingOrigin> for PendingOrigin {
    fn from(pending: &pending::PendingOrigin) -> Self {
        Self {
            origin: pending.origin.to_string(),
            first_refused_at: pending.first_refused_at,
            refusals: pending.refusals,
            program: pending.program.as_ref().map(Into::into),
        }
    }
}

impl From<&questions::NetworkQuestion> for NetworkQuestion {
    fn from(question: &questions::NetworkQuestion) -> Self {
        let questions::NetworkQuestion { id, caller, asked_at, program } = question;
        Self { id: id.clone(), caller: caller.clone(), asked_at: *asked_at, program: program.into() }
    }
}

impl From<&ShownProgram> for PendingProgram {
    fn from(program: &ShownProgram) -> Self {
        Self {
            language: program.language.clone(),
            code: program.lines.join("\n"),
            more_lines: program.more_lines as u64,
        }
    }
}

/// How a run ended.
fn status(status: Status) -> RunStatus {
    match status {
        Status::Completed => RunStatus::Completed,
        Status::Failed => RunStatus::Failed,
        Status::Timeout => RunStatus::Timeout,
        Status::MemoryLimit => RunStatus::MemoryLimit,
        Status::OutputLimit => RunStatus::OutputLimit,
        Status::Crashed => RunStatus::Crashed,
        Status::Cancelled => RunStatus::Cancelled,
    }
}

fn file(file: OutputFile) -> ResultFile {
    ResultFile {
        media_type: mime_guess::from_path(&file.path).first_or_octet_stream().to_string(),
        path: file.path,
        size_bytes: file.size_bytes,
        content: file.content.map(|content| BASE64_STANDARD.encode(content)),
    }
}

/// A language with its interpreter, or why it has none.
pub fn language(Entry { language, runtime }: Entry) -> Language {
    let missing = Language {
        language: language.name,
        aliases: language.aliases,
        runtime: None,
        version: None,
        path: None,
        isolation: None,
        available: false,
        detail: String::new(),
        reason: None,
    };
    match runtime {
        Err(reason) => Language { detail: reason.to_string(), reason: Some(words(&reason.0)), ..missing },
        Ok(runtime) => Language {
            runtime: Some(runtime.name.clone()),
            version: Some(runtime.version.clone()).filter(|version| !version.is_empty()),
            path: Some(runtime.path.display().to_string()),
            isolation: Some(runtime.isolation.name().to_owned()),
            available: true,
            ..missing
        },
    }
}

/// A sentence as a code with values.
pub fn words(message: &LocalizedMessage) -> Words {
    let values = message.values().iter().map(|(name, value)| ((*name).to_owned(), filling(value))).collect();
    Words { code: message.code().to_owned(), values, text: message.to_string() }
}

fn filling(value: &Value) -> Filling {
    match value {
        Value::Text(text) => Filling::Text(text.clone()),
        Value::Message(message) => Filling::Words(words(message)),
        Value::List(list) => Filling::List(list.iter().map(words).collect()),
    }
}

/// The name of a journal's state, and a sentence about it if there is something to say.
pub(super) fn journal_state(state: &journal::State) -> (&'static str, Option<String>) {
    match state {
        journal::State::Opening => ("opening", None),
        journal::State::Ok => ("ok", None),
        journal::State::Disabled => ("disabled", None),
        journal::State::Recovered { kept_aside } => {
            ("recovered", Some(format!("The old journal was unusable and is now {}.", kept_aside.display())))
        }
        journal::State::Failed { reason } => ("failed", Some(reason.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use runtray_engine::Status;

    #[test]
    fn a_status_has_one_name_everywhere() {
        for status in Status::ALL {
            assert_eq!(serde_json::json!(super::status(status)), status.name());
        }
    }
}
