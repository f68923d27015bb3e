//! Executions as the window shows them.

use runtray_engine::said::Said;
use runtray_service::journal;
use runtray_service::wire::Words;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ts_rs::TS;

/// An execution as a row of the log.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct Summary {
    pub(crate) id: String,
    pub(crate) started_at: String,
    pub(crate) language: String,
    /// The interpreter as it is shown.
    pub(crate) runtime: String,
    /// A result's status, `running`, or `lost`.
    pub(crate) status: String,
    /// The web origin of the request, or `local`.
    pub(crate) origin: String,
    pub(crate) first_line: String,
    pub(crate) duration_ms: Option<f64>,
}

/// All details of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct Execution {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    pub(crate) code: String,
    /// Whether `code` is incomplete.
    pub(crate) code_truncated: bool,
    pub(crate) stdin: String,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<Variable>,
    pub(crate) files: Vec<GivenFile>,
    /// The parts that were not kept: `code`, `stdin`, `args`, `env`, `files`, `typed`, or `all`.
    pub(crate) missing: Vec<String>,
    pub(crate) output: String,
    pub(crate) error: String,
    pub(crate) exit_code: Option<i32>,
    pub(crate) signal: Option<String>,
    pub(crate) cpu_ms: Option<f64>,
    pub(crate) peak_memory_bytes: Option<u64>,
    pub(crate) output_truncated: bool,
    pub(crate) error_truncated: bool,
    pub(crate) isolation: Option<String>,
    pub(crate) containment: Option<String>,
    /// The service's sentence at the end of `error`, if there is one.
    #[ts(as = "Option<super::Sentence>")]
    pub(crate) ending: Option<Words>,
}

/// An environment variable of a program.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// Present if it is kept.
    pub(crate) value: Option<String>,
}

/// An input file of a program.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct GivenFile {
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
    /// Present if it is kept.
    pub(crate) content: Option<String>,
    /// The encoding of `content`.
    pub(crate) encoding: String,
}

/// A query for executions.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
#[serde(default)]
pub(crate) struct ExecutionsQuery {
    /// At most 1000.
    pub(crate) limit: Option<usize>,
    /// The previous page's `next`.
    pub(crate) before: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) origin: Option<String>,
    /// Words that must all occur in code, output or error.
    pub(crate) q: Option<String>,
}

/// A page of the log, newest first.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct ExecutionsPage {
    pub(crate) executions: Vec<Summary>,
    pub(crate) next: Option<String>,
    /// The number of entries on all pages.
    pub(crate) total: u64,
}

/// The values to filter by.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct Facets {
    pub(crate) languages: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) total: u64,
}

/// The ended executions that a query matched at one moment.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub(crate) struct Selection {
    pub(crate) query: ExecutionsQuery,
    /// The newest entry at that time; nothing later is deleted.
    pub(crate) upto: Option<String>,
    /// Executions that were running and so were not counted.
    pub(crate) except: Vec<String>,
    /// The number of these entries.
    pub(crate) count: u64,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    Jsonl,
    Csv,
}

/// The statistics of the day.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct Statistics {
    pub(crate) today: u64,
    pub(crate) failed_today: u64,
    pub(crate) median_ms: Option<f64>,
    /// The last sixty minutes, oldest first.
    pub(crate) minutes: Vec<Minute>,
}

/// The executions that began in one minute.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct Minute {
    pub(crate) at: String,
    pub(crate) count: u64,
    pub(crate) failed: u64,
    pub(crate) median_ms: Option<f64>,
}

/// A time as the window reads it.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

impl From<journal::Summary> for Summary {
    fn from(summary: journal::Summary) -> Self {
        Self {
            id: summary.id,
            started_at: timestamp(summary.started_at),
            language: summary.language,
            runtime: summary.runtime,
            status: summary.status,
            origin: summary.origin,
            first_line: summary.first_line,
            duration_ms: summary.duration_ms,
        }
    }
}

impl From<journal::Record> for Execution {
    fn from(record: journal::Record) -> Self {
        let missing = missing(record.given.as_ref());
        let given = record.given.unwrap_or_default();
        let ending = ending(&record.status, &record.error);
        Self {
            summary: Summary {
                first_line: journal::first_line(&record.code),
                id: record.id,
                started_at: timestamp(record.started_at),
                language: record.language,
                runtime: record.runtime,
                status: record.status,
                origin: record.origin,
                duration_ms: record.duration_ms,
            },
            ending,
            code: record.code,
            code_truncated: record.code_truncated,
            stdin: given.stdin,
            args: given.args,
            env: given.env.into_iter().map(|one| Variable { name: one.name, value: one.value }).collect(),
            files: given.files.into_iter().map(Into::into).collect(),
            missing,
            output: record.output,
            error: record.error,
            exit_code: record.exit_code,
            signal: record.signal,
            cpu_ms: record.cpu_ms,
            peak_memory_bytes: record.peak_memory_bytes,
            output_truncated: record.output_truncated,
            error_truncated: record.error_truncated,
            isolation: record.isolation,
            containment: record.containment,
        }
    }
}

fn missing(given: Option<&journal::Given>) -> Vec<String> {
    let name = |part: &journal::Missing| {
        let name = match part {
            journal::Missing::Code => "code",
            journal::Missing::Stdin => "stdin",
            journal::Missing::Args => "args",
            journal::Missing::Env => "env",
            journal::Missing::Files => "files",
            journal::Missing::Typed => "typed",
        };
        name.to_owned()
    };
    given.map_or_else(|| vec!["all".to_owned()], |given| given.missing.iter().map(name).collect())
}

impl From<journal::GivenFile> for GivenFile {
    fn from(file: journal::GivenFile) -> Self {
        Self { path: file.path, size_bytes: file.size_bytes, content: file.content, encoding: file.encoding }
    }
}

/// The reason of the end, from the error's last line. Ignored if the program ended by itself: it may have printed such a line.
fn ending(status: &str, error: &str) -> Option<Words> {
    let by_itself = matches!(status, "completed" | "failed" | journal::RUNNING | journal::LOST);
    let last = error.trim_end_matches('\n').rsplit('\n').next().filter(|_| !by_itself)?;
    Said::of_outcome(last).as_ref().map(Words::from)
}

impl From<ExecutionsQuery> for journal::Filter {
    /// An empty value (the window's "all") is no filter.
    fn from(query: ExecutionsQuery) -> Self {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Self {
            limit: query.limit.unwrap_or(Self::default().limit),
            before: given(query.before),
            status: given(query.status),
            language: given(query.language),
            origin: given(query.origin),
            q: given(query.q),
        }
    }
}

impl From<Selection> for journal::Selection {
    fn from(selection: Selection) -> Self {
        Self { filter: selection.query.into(), upto: selection.upto, except: selection.except }
    }
}

impl From<journal::Figures> for Statistics {
    fn from(figures: journal::Figures) -> Self {
        let minute = |minute: journal::Minute| {
            let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(minute.at_ms) * 1_000_000);
            let at = timestamp(at.unwrap_or(OffsetDateTime::UNIX_EPOCH));
            Minute { at, count: minute.count, failed: minute.failed, median_ms: minute.median_ms }
        };
        Self {
            today: figures.today,
            failed_today: figures.failed_today,
            median_ms: figures.median_ms,
            minutes: figures.minutes.into_iter().map(minute).collect(),
        }
    }
}
