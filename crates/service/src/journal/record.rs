//! The records of the journal. Those that are read are also the JSON of `GET /executions`.

use std::path::PathBuf;

use runtray_engine::said::Said;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::given::Given;

/// The status of an execution that has not ended.
pub const RUNNING: &str = "running";

/// The status of an execution whose service ended before it did.
pub const LOST: &str = "lost";

/// The longest [`first_line`], in characters.
const FIRST_LINE_CHARS: usize = 120;

/// The first line of a program that is not blank, cut to a length that fits a list.
pub fn first_line(code: &str) -> String {
    let line = code.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(FIRST_LINE_CHARS).collect()
}

/// The beginning of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Its ULID: ordering by id is ordering by time.
    pub id: String,
    /// The time, stored in milliseconds.
    pub started_at: OffsetDateTime,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people: `CPython 3.13.1`.
    pub runtime: String,
    /// The web origin that asked for it, or a word such as `local`.
    pub origin: String,
    /// The program.
    pub code: String,
    /// The kept part of its input; `None` if none is kept.
    pub given: Option<Given>,
}

impl Begun {
    /// The size of its texts, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.code.len() + self.given.as_ref().map_or(0, Given::bytes)
    }
}

/// The end of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Its ULID.
    pub id: String,
    /// The status, by its wire name.
    pub status: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal or exception that ended it.
    pub signal: Option<String>,
    /// Wall-clock time, in milliseconds.
    pub duration_ms: f64,
    /// CPU time of the whole tree, in milliseconds.
    pub cpu_ms: f64,
    /// The peak memory of the whole tree, in bytes.
    pub peak_memory_bytes: u64,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub error: String,
    /// Whether `output` is only the beginning of what was printed.
    pub output_truncated: bool,
    /// Whether `error` is only the beginning of what was printed.
    pub error_truncated: bool,
    /// The isolation level's wire name.
    pub isolation: String,
    /// How its process tree was held together, by its wire name; `None` when it never began.
    pub containment: Option<String>,
}

/// Selects executions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The executions per page, clamped to 1 to 1000.
    pub limit: usize,
    /// Only executions before the one of this id: the previous page's `next`.
    pub before: Option<String>,
    /// Only this status: a wire name, `running` or `lost`.
    pub status: Option<String>,
    /// Only this language.
    pub language: Option<String>,
    /// Only this origin.
    pub origin: Option<String>,
    /// Words that must all occur in code, output or error, ignoring case. Each also matches the start of a longer word.
    pub q: Option<String>,
}

/// The ended executions that matched a filter at one moment. Deleting a selection deletes exactly the counted executions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The filter. Its `limit` and `before` are ignored.
    pub filter: Filter,
    /// The newest execution at that moment; `None` if the journal was empty.
    pub upto: Option<String>,
    /// The executions that were running at that moment. They are not deleted, even if they have ended since.
    pub except: Vec<String>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { limit: 50, before: None, status: None, language: None, origin: None, q: None }
    }
}

/// Executions, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[schema(as = ExecutionsPage)]
pub struct Page {
    /// The executions.
    pub items: Vec<Summary>,
    /// What to give as `before` for the next page; `null` on the last one.
    pub next: Option<String>,
}

/// An execution as a row of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExecutionSummary)]
pub struct Summary {
    /// Its id, a ULID.
    pub id: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people.
    pub runtime: String,
    /// A result's status, `running`, or `lost` when the service was gone before the end.
    pub status: String,
    /// Wall-clock time, once it has ended.
    pub duration_ms: Option<f64>,
    /// The web origin that asked, or `local`.
    pub origin: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The first line of the program that is not blank.
    pub first_line: String,
}

/// Everything about an execution.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Execution)]
pub struct Record {
    /// Its id, a ULID.
    pub id: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people.
    pub runtime: String,
    /// The web origin that asked, or `local`.
    pub origin: String,
    /// A result's status, `running`, or `lost` when the service was gone before the end.
    pub status: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal or Windows exception that ended it.
    pub signal: Option<String>,
    /// Wall-clock time, once it has ended.
    pub duration_ms: Option<f64>,
    /// CPU time of the whole process tree, once it has ended.
    pub cpu_ms: Option<f64>,
    /// The most memory that the process tree held, once it has ended.
    pub peak_memory_bytes: Option<u64>,
    /// The isolation level that was used, once it has ended.
    pub isolation: Option<String>,
    /// How the process tree was held together (`subreaper` is the fallback of Linux), once it has ended.
    pub containment: Option<String>,
    /// The program.
    pub code: String,
    /// Whether `code` is only the beginning.
    pub code_truncated: bool,
    /// What the program was given besides; `null` when that is not kept.
    pub given: Option<Given>,
    /// Standard output.
    pub output: String,
    /// Whether `output` is not all that was printed.
    pub output_truncated: bool,
    /// Standard error.
    pub error: String,
    /// Whether `error` is not all that was printed.
    pub error_truncated: bool,
}

/// The state of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The file has not been opened yet.
    Opening,
    /// Executions are recorded.
    Ok,
    /// The settings switch it off.
    Disabled,
    /// Executions are recorded in a new file, because the old one was damaged or no journal.
    Recovered {
        /// The new path of the old file.
        kept_aside: PathBuf,
    },
    /// Executions are not recorded. Writing is retried with a later execution.
    Failed {
        /// Why, and what to do, for people.
        reason: Said,
    },
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn lists_show_the_first_line_that_is_not_blank() {
        for (code, expected) in [("", ""), ("\n \n  x = 1\ny", "x = 1"), ("a\r\nb", "a")] {
            assert_eq!(first_line(code), expected);
        }
        assert_eq!(first_line(&"é".repeat(200)).chars().count(), 120);
    }
}
