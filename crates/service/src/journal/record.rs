//! The records of the journal. Records that are read are wire types: the JSON of `GET /executions`.

use std::path::PathBuf;

use runtray_engine::message::LocalizedMessage;
use runtray_wire::{ExecutionsQuery, Given};
use time::OffsetDateTime;

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
        self.code.len() + self.given.as_ref().map_or(0, given_bytes)
    }
}

/// The size of its texts, in bytes.
fn given_bytes(given: &Given) -> usize {
    let variables = given.env.iter().map(|one| one.name.len() + one.value.as_ref().map_or(0, String::len));
    let files = given.files.iter().map(|file| file.path.len() + file.content.as_ref().map_or(0, String::len));
    given.stdin.len() + given.args.iter().map(String::len).sum::<usize>() + variables.chain(files).sum::<usize>()
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
    /// Whether `output` was cut.
    pub output_truncated: bool,
    /// Whether `error` was cut.
    pub error_truncated: bool,
    /// The isolation level's wire name.
    pub isolation: String,
    /// How its process tree was held together, by its wire name; `None` when it never began.
    pub containment: Option<String>,
    /// Whether it had a network.
    pub network: Option<bool>,
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

impl From<ExecutionsQuery> for Filter {
    fn from(query: ExecutionsQuery) -> Self {
        Self {
            limit: query.limit.unwrap_or(Self::default().limit),
            before: query.before,
            status: query.status,
            language: query.language,
            origin: query.origin,
            q: query.q,
        }
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self { limit: 50, before: None, status: None, language: None, origin: None, q: None }
    }
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
        /// The reason and its remedy, for people.
        reason: LocalizedMessage,
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
