//! The entries of an execution in the journal.

use runtray_engine::{Isolation, Job};
use time::OffsetDateTime;

use super::given;
use super::run_result::RunResult;
use crate::journal::{Begun, Ended, LOST, milliseconds};
use crate::settings::JournalSettings;

/// The beginning of `job`, with as much of its code and input as the journal keeps.
pub(crate) fn begun(job: &Job, started_at: OffsetDateTime, settings: &JournalSettings) -> Begun {
    // A few bytes more than are kept: the journal cuts them off and so marks the code as truncated.
    let code = job.request().beginning(settings.max_code_bytes.saturating_add(4));
    Begun {
        id: job.id().to_owned(),
        started_at,
        language: job.runtime().language.clone(),
        runtime: job.runtime().name.clone(),
        origin: job.origin().to_owned(),
        code: code.into_owned(),
        given: given::of(job, settings),
    }
}

/// The end of an execution, with the first `most` bytes of each stream: the journal keeps no more, so no more is copied.
pub(crate) fn ended(result: &RunResult, most: usize) -> Ended {
    let outcome = &result.outcome;
    let (output, error) = (beginning(&result.output, most), beginning(&result.error, most));
    Ended {
        id: result.id.clone(),
        status: outcome.status.name().to_owned(),
        exit_code: outcome.exit_code,
        signal: outcome.signal.clone(),
        duration_ms: milliseconds(outcome.duration),
        cpu_ms: milliseconds(outcome.cpu),
        peak_memory_bytes: outcome.peak_memory_bytes,
        output_truncated: result.output_truncated || output.len() < result.output.len(),
        error_truncated: result.error_truncated || error.len() < result.error.len(),
        output: output.to_owned(),
        error: error.to_owned(),
        isolation: outcome.isolation.name().to_owned(),
        containment: outcome.containment.map(|kind| kind.name().to_owned()),
        network: Some(outcome.isolation == Isolation::None || result.granted.as_ref().is_some_and(|it| it.network)),
    }
}

/// The end of an execution that the engine failed to run to its end.
pub(crate) fn lost(id: &str) -> Ended {
    Ended {
        id: id.to_owned(),
        status: LOST.to_owned(),
        exit_code: None,
        signal: None,
        duration_ms: 0.0,
        cpu_ms: 0.0,
        peak_memory_bytes: 0,
        output: String::new(),
        error: "Runtray could not run this to its end; its log says why.".to_owned(),
        output_truncated: true,
        error_truncated: true,
        isolation: String::new(),
        containment: None,
        network: None,
    }
}

fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn texts_are_cut_between_characters() {
        for (text, most, expected) in [("abc", 2, "ab"), ("abc", 9, "abc"), ("aé", 2, "a")] {
            assert_eq!(beginning(text, most), expected);
        }
    }
}
