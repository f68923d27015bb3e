//! From the types of the rooms below to those of the wire.

use std::path::PathBuf;

use runtray_engine::Containment;

use super::access::pending;
use super::wire::request::{Level, Network};
use super::wire::response::{Ending, ExecuteResponse, Granted, Started};
use super::wire::status::PendingOrigin;
use crate::journal::{self, milliseconds};
use crate::runs::isolation::{NetworkWish, Wish};
use crate::runs::job::Job;
use crate::runs::run_result::{self, RunResult};
use crate::settings::IsolationChoice;

impl From<RunResult> for ExecuteResponse {
    fn from(result: RunResult) -> Self {
        let outcome = result.outcome;
        Self {
            success: outcome.status == runtray_engine::Status::Completed,
            ending: Ending {
                status: outcome.status,
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
                isolation: outcome.isolation.name(),
                granted: result.granted.map(Into::into),
                containment: outcome.containment.map(Containment::name),
                files: outcome.files.into_iter().map(Into::into).collect(),
            },
            output: result.output,
            error: result.error,
        }
    }
}

impl From<run_result::Granted> for Granted {
    fn from(granted: run_result::Granted) -> Self {
        let texts = |paths: Vec<PathBuf>| paths.iter().map(|path| path.display().to_string()).collect();
        Self { read: texts(granted.read), write: texts(granted.write) }
    }
}

/// What a request asks for.
pub(super) fn wish(isolation: Option<Level>, network: Option<Network>) -> Wish {
    let isolation = isolation.map(|level| match level {
        Level::Auto => IsolationChoice::Auto,
        Level::None => IsolationChoice::None,
        Level::Sandbox => IsolationChoice::Sandbox,
        Level::Wasm => IsolationChoice::Wasm,
        Level::Container => IsolationChoice::Container,
    });
    let network = network.map(|network| match network {
        Network::Off => NetworkWish::Off,
        Network::Ask => NetworkWish::Ask,
        Network::On => NetworkWish::On,
    });
    Wish { isolation, network }
}

impl From<&Job> for Started {
    fn from(job: &Job) -> Self {
        Self { id: job.id.clone(), language: job.runtime.language.clone(), runtime: job.runtime.name.clone() }
    }
}

impl From<&pending::PendingOrigin> for PendingOrigin {
    fn from(pending: &pending::PendingOrigin) -> Self {
        Self {
            origin: pending.origin.to_string(),
            first_refused_at: pending.first_refused_at,
            refusals: pending.refusals,
        }
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
