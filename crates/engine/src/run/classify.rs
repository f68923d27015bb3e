//! Classifies the end of a run: its status, and a sentence with the reason.

use std::time::Duration;

use crate::job::Job;
use crate::limits::Limits;
use crate::outcome::{Outcome, Status};
use crate::request::Request;
use crate::sys::{Breach, Exit};
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// Why the engine ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The wall-clock limit was reached.
    Deadline,
    /// There was neither input nor output for too long.
    Idle,
    /// A client cancelled the run or disconnected, or the engine shuts down.
    Cancelled,
    /// The output limit was exceeded.
    Output,
    /// The size limit of the run's folder was exceeded.
    Folder,
}

/// The outcome, without files. An end that the engine caused (limit, cancel) takes precedence over the exit status.
pub(crate) fn outcome(exit: Exit, cause: Option<Cause>, job: &Job, duration: Duration) -> Outcome {
    let (status, reason) = classify(&exit, cause, job.request(), job.limits());
    Outcome {
        status,
        exit_code: exit.code,
        signal: exit.signal,
        duration,
        cpu: exit.cpu,
        peak_memory_bytes: exit.peak_memory_bytes,
        reason: reason.map(|reason| reason.to_string()),
        files: Vec::new(),
        isolation: job.isolation(),
        containment: None,
        warm: false,
    }
}

fn classify(
    exit: &Exit,
    cause: Option<Cause>,
    request: &Request,
    limits: &Limits,
) -> (Status, Option<LocalizedMessage>) {
    let (status, reason) = match (cause, exit.breach) {
        (Some(Cause::Deadline), _) => {
            (Status::Timeout, sentences::OUTCOME_TIMEOUT.with("limit", seconds(request.timeout())))
        }
        (Some(Cause::Idle), _) => {
            let limit = seconds(request.idle_limit().unwrap_or_default());
            (Status::Timeout, sentences::OUTCOME_IDLE.with("limit", limit))
        }
        (Some(Cause::Cancelled), _) => (Status::Cancelled, sentences::OUTCOME_CANCELLED.message()),
        (Some(Cause::Output), _) => {
            (Status::OutputLimit, sentences::OUTCOME_OUTPUT.with("limit", size(limits.output_bytes)))
        }
        (Some(Cause::Folder), _) => {
            (Status::OutputLimit, sentences::OUTCOME_FOLDER.with("limit", size(limits.folder_bytes)))
        }
        // Our own decision to end the run comes first, then a broken limit: the exit code of a killed program has no meaning.
        (None, Some(Breach::Memory)) => {
            (Status::MemoryLimit, sentences::OUTCOME_MEMORY.with("limit", size(limits.memory_bytes)))
        }
        (None, Some(Breach::Cpu)) => (Status::Timeout, sentences::OUTCOME_CPU.with("limit", seconds(limits.cpu))),
        (None, Some(Breach::Processes)) => {
            (Status::Crashed, sentences::OUTCOME_PROCESSES.with("limit", limits.processes))
        }
        (None, Some(Breach::Unmeasured)) => (Status::Crashed, sentences::OUTCOME_UNMEASURED.message()),
        (None, Some(Breach::Daemon)) => (Status::Crashed, sentences::OUTCOME_DAEMON.message()),
        (None, Some(Breach::Supervisor)) => (Status::Crashed, sentences::OUTCOME_SUPERVISOR.message()),
        (None, None) => return by_itself(exit, request.is_interactive()),
    };
    (status, Some(reason))
}

/// A program that ended by itself. SIGINT and SIGTERM in an interactive run count as cancelled: the user sent them.
fn by_itself(exit: &Exit, interactive: bool) -> (Status, Option<LocalizedMessage>) {
    match (exit.code, exit.signal.as_deref()) {
        (Some(0), _) => (Status::Completed, None),
        (Some(_), _) => (Status::Failed, None),
        (None, Some("SIGINT")) if interactive => (Status::Cancelled, Some(sentences::OUTCOME_INTERRUPTED.message())),
        (None, Some("SIGTERM")) if interactive => (Status::Cancelled, Some(sentences::OUTCOME_TERMINATED.message())),
        (None, Some(signal)) => (Status::Crashed, Some(sentences::OUTCOME_SIGNAL.with("signal", signal))),
        (None, None) => (Status::Crashed, Some(sentences::OUTCOME_UNKNOWN.message())),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_millis() as f64 / 1000.0)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, classify};
    use crate::limits::Limits;
    use crate::outcome::Status;
    use crate::request::Request;
    use crate::sys::{Breach, Exit};
    use std::time::Duration;

    fn exit(code: Option<i32>, signal: Option<&str>, breach: Option<Breach>) -> Exit {
        Exit { code, signal: signal.map(Into::into), cpu: Duration::ZERO, peak_memory_bytes: 0, breach }
    }

    #[test]
    fn every_end_has_its_status_and_its_sentence() {
        let kill = Some("SIGKILL");
        let request = Request::new("", Duration::from_millis(2500));
        for (exit, cause, status, words) in [
            (exit(Some(0), None, None), None, Status::Completed, ""),
            (exit(Some(3), None, None), None, Status::Failed, ""),
            (exit(None, Some("SIGSEGV"), None), None, Status::Crashed, "SIGSEGV"),
            (exit(None, kill, None), Some(Cause::Deadline), Status::Timeout, "Execution timed out after 2.5 s."),
            (exit(None, kill, None), Some(Cause::Cancelled), Status::Cancelled, "cancelled"),
            (exit(Some(0), None, None), Some(Cause::Output), Status::OutputLimit, "4096 MiB of output"),
            (exit(None, kill, None), Some(Cause::Folder), Status::OutputLimit, "files took more than 1024 MiB"),
            (exit(None, kill, Some(Breach::Memory)), None, Status::MemoryLimit, "1024 MiB of memory"),
            (exit(None, kill, Some(Breach::Cpu)), None, Status::Timeout, "120 s of CPU time"),
            (exit(None, kill, Some(Breach::Processes)), None, Status::Crashed, "more than 128 processes"),
            (exit(None, kill, Some(Breach::Unmeasured)), None, Status::Crashed, "could not be measured"),
            (exit(None, kill, Some(Breach::Supervisor)), None, Status::Crashed, "watches over it was killed"),
            (exit(None, None, Some(Breach::Daemon)), None, Status::Crashed, "Docker or Podman"),
            (exit(None, kill, Some(Breach::Unmeasured)), None, Status::Crashed, "could not be measured"),
            (exit(None, kill, Some(Breach::Supervisor)), Some(Cause::Deadline), Status::Timeout, "timed out"),
        ] {
            let classified = classify(&exit, cause, &request, &Limits::default());
            assert_eq!(classified.0, status);
            assert_eq!(classified.1.is_some(), !words.is_empty());
            assert!(classified.1.map(|message| message.to_string()).unwrap_or_default().contains(words), "{words}");
        }
    }

    #[test]
    fn interactive_runs_are_interrupted_and_go_idle() {
        let request = Request::new("", Duration::from_secs(9)).with_idle_limit(Duration::from_millis(1500));
        for (exit, cause, status, sentence) in [
            (exit(None, Some("SIGINT"), None), None, Status::Cancelled, "Execution was interrupted."),
            (exit(None, Some("SIGTERM"), None), None, Status::Cancelled, "Execution was terminated."),
            (exit(None, Some("SIGSEGV"), None), None, Status::Crashed, "Execution crashed: it was ended by SIGSEGV."),
            (
                exit(None, Some("SIGKILL"), None),
                Some(Cause::Idle),
                Status::Timeout,
                "Execution timed out: nothing was typed and nothing printed for 1.5 s.",
            ),
        ] {
            let (classified, reason) = classify(&exit, cause, &request, &Limits::default());
            assert_eq!((classified, reason.map(|message| message.to_string()).as_deref()), (status, Some(sentence)));
        }
    }
}
