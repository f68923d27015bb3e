//! What goes into the journal and what comes out of it. What comes out is also what `GET /executions` says.

use std::path::PathBuf;

use runtray_engine::said::Said;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::given::Given;

/// The status of an execution that has begun and not ended.
pub const RUNNING: &str = "running";

/// The status of an execution whose service was gone before it ended.
pub const LOST: &str = "lost";

/// The longest [`first_line`], in characters.
const FIRST_LINE_CHARS: usize = 120;

/// The first line of a program that is not blank, cut to a length that fits a list.
pub fn first_line(code: &str) -> String {
    let line = code.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(FIRST_LINE_CHARS).collect()
}

/// An execution that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Its ULID: ordering by id is ordering by time.
    pub id: String,
    /// When; milliseconds are kept.
    pub started_at: OffsetDateTime,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people: `CPython 3.13.1`.
    pub runtime: String,
    /// Who asked: a web origin, or a word such as `local`.
    pub origin: String,
    /// The program.
    pub code: String,
    /// What it was given besides, as far as that is to be kept; `None` when nothing is.
    pub given: Option<Given>,
}

impl Begun {
    /// The text in it, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.code.len() + self.given.as_ref().map_or(0, Given::bytes)
    }
}

/// An execution that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Its ULID.
    pub id: String,
    /// How, by its wire name.
    pub status: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal or exception that ended it.
    pub signal: Option<String>,
    /// Wall-clock time, in milliseconds.
    pub duration_ms: f64,
    /// CPU time of the whole tree, in milliseconds.
    pub cpu_ms: f64,
    /// The most memory that the tree held, in bytes.
    pub peak_memory_bytes: u64,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub error: String,
    /// Whether `output` is not all that was printed.
    pub output_truncated: bool,
    /// Whether `error` is not all that was printed.
    pub error_truncated: bool,
    /// The isolation level's wire name.
    pub isolation: String,
    /// How its process tree was held together, by its wire name; `None` when it never began.
    pub containment: Option<String>,
}

/// Which executions are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// How many on a page, from 1 to 1000; what lies outside is taken as the nearest of the two.
    pub limit: usize,
    /// Only what began before the execution of this id: the previous page's `next`.
    pub before: Option<String>,
    /// Only this status: a wire name, `running` or `lost`.
    pub status: Option<String>,
    /// Only this language.
    pub language: Option<String>,
    /// Only this origin.
    pub origin: Option<String>,
    /// Words that must all occur in code, output or error; letter case aside, and each may be the start of a longer one.
    pub q: Option<String>,
}

/// The ended executions that a filter matched at one moment, for deleting exactly those that were counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// What they match. Its `limit` and `before` do not count.
    pub filter: Filter,
    /// The newest execution of that moment; none when the journal was empty.
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

/// How the journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not opened yet.
    Opening,
    /// Executions are written.
    Ok,
    /// The settings switch it off.
    Disabled,
    /// Executions are written, into a new file: the old one was no journal or was damaged.
    Recovered {
        /// Where the old file is now.
        kept_aside: PathBuf,
    },
    /// Executions are not written. Writing is tried again with an execution that comes later.
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
