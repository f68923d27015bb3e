//! What the journal gets of an execution.

use time::OffsetDateTime;

use crate::http::wire::ExecuteResponse;
use crate::journal::{Begun, Ended, LOST};
use crate::runs::execution::Job;
use crate::runs::given;
use crate::settings::JournalSettings;

const FIRST_LINE_CHARACTERS: usize = 120;

/// The beginning of `job`, with as much of it as the journal keeps.
pub(crate) fn begun(job: &Job, started_at: OffsetDateTime, settings: &JournalSettings) -> Begun {
    // More than is kept, so that the journal knows that it cuts.
    let code = beginning(job.request.code(), settings.max_code_bytes.saturating_add(4));
    Begun {
        id: job.id.clone(),
        started_at,
        language: job.runtime.language.clone(),
        runtime: job.runtime.name.clone(),
        origin: job.origin.clone(),
        code: code.to_owned(),
        given: given::of(job, settings),
    }
}

/// The end of an execution, with the first `most` bytes of each stream: the journal keeps no more, so no more is copied.
pub(crate) fn ended(ran: &ExecuteResponse, most: usize) -> Ended {
    let ending = &ran.ending;
    let (output, error) = (beginning(&ran.output, most), beginning(&ran.error, most));
    Ended {
        id: ending.id.clone(),
        status: ending.status.name().to_owned(),
        exit_code: ending.exit_code,
        signal: ending.signal.clone(),
        duration_ms: ending.duration_ms,
        cpu_ms: ending.cpu_ms,
        peak_memory_bytes: ending.peak_memory_bytes,
        output_truncated: ending.output_truncated || output.len() < ran.output.len(),
        error_truncated: ending.error_truncated || error.len() < ran.error.len(),
        output: output.to_owned(),
        error: error.to_owned(),
        isolation: ending.isolation.to_owned(),
        containment: ending.containment.map(str::to_owned),
    }
}

/// The end of an execution that the engine lost hold of.
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
    }
}

/// The first line that is not blank, not too long for a list.
pub(crate) fn first_line(code: &str) -> String {
    let line = code.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(FIRST_LINE_CHARACTERS).collect()
}

fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::{beginning, first_line};

    #[test]
    fn lists_show_the_first_line_that_says_something() {
        for (code, expected) in [("", ""), ("\n \n  x = 1\ny", "x = 1"), ("a\r\nb", "a")] {
            assert_eq!(first_line(code), expected);
        }
        assert_eq!(first_line(&"é".repeat(200)).chars().count(), 120);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        for (text, most, expected) in [("abc", 2, "ab"), ("abc", 9, "abc"), ("aé", 2, "a")] {
            assert_eq!(beginning(text, most), expected);
        }
    }
}
