//! The service's own log: one file per day beside the journal, and standard error on request.
//!
//! Output of programs is never in it; that is in the journal.

use std::io;
use std::path::{Path, PathBuf};

use runtray_engine::private;
use time::{Date, OffsetDateTime};
use tracing::Subscriber;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The package that says too much at `info`.
const CHATTY: &str = "rmcp";
/// The environment variable with the filter, such as `info` or `runtray_service=debug`.
pub const FILTER_VARIABLE: &str = "RUNTRAY_LOG";

/// How many files, and so days, are kept.
const KEPT_FILES: usize = 7;
/// Lines that may wait to be written. The memory for the queue is allocated at once.
const WAITING_LINES: usize = 8192;

/// Keeps the log's writing thread alive; dropping it writes the queued lines.
#[must_use = "queued lines are lost without it"]
pub struct LogGuard {
    _file: Option<WorkerGuard>,
}

/// Starts to log into `folder`, which is made if missing, and to standard error if `to_stderr` says so or the folder cannot be
/// written. Later calls in the same process change nothing.
pub fn init(folder: &Path, to_stderr: bool) -> LogGuard {
    let directives = std::env::var(FILTER_VARIABLE).unwrap_or_default();
    let (filter, bad_filter) = filter(&directives);
    let file = file(folder);
    let problem = file.as_ref().err().map(ToString::to_string);
    let (subscriber, guard) = subscriber(filter, file.ok(), to_stderr);
    if subscriber.try_init().is_err() {
        tracing::debug!("logging has been set up before");
    }
    if let Some(error) = bad_filter {
        tracing::warn!(error, "{FILTER_VARIABLE} is not understood and not used");
    }
    if let Some(error) = problem {
        tracing::warn!(error, folder = %folder.display(), "the log's folder cannot be written; logging to standard error");
    }
    guard
}

fn filter(directives: &str) -> (EnvFilter, Option<String>) {
    let builder = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    match builder.parse(directives) {
        Ok(filter) if directives.contains(CHATTY) => (filter, None),
        Ok(filter) => (quiet(filter), None),
        Err(error) => (quiet(EnvFilter::new("info")), Some(error.to_string())),
    }
}

/// The filter without the MCP SDK's lines about every session.
fn quiet(filter: EnvFilter) -> EnvFilter {
    match format!("{CHATTY}=warn").parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

fn file(folder: &Path) -> io::Result<(NonBlocking, WorkerGuard)> {
    private::folder(folder)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .max_log_files(KEPT_FILES)
        .filename_prefix("runtray")
        .filename_suffix("log")
        .build(folder)
        .map_err(io::Error::other)?;
    let writer = Private { appender, folder: folder.to_owned(), seen: None };
    Ok(NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES).finish(writer))
}

/// Makes the log's files private to their owner: the appender creates one per day with the permissions of the umask.
struct Private {
    appender: RollingFileAppender,
    folder: PathBuf,
    /// The day of the last write.
    seen: Option<Date>,
}

impl io::Write for Private {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let length = self.appender.write(line)?;
        let today = OffsetDateTime::now_utc().date();
        // The first write of a day may have created a file.
        if self.seen.replace(today) != Some(today) {
            private::keep_all(&self.folder);
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.appender.flush()
    }
}

fn subscriber(
    filter: EnvFilter,
    file: Option<(NonBlocking, WorkerGuard)>,
    to_stderr: bool,
) -> (impl Subscriber + Send + Sync, LogGuard) {
    let stderr = (to_stderr || file.is_none()).then(|| fmt::layer().with_writer(io::stderr));
    let (writer, guard) = file.unzip();
    let file = writer.map(|writer| fmt::layer().with_writer(writer).with_ansi(false));
    (tracing_subscriber::registry().with(filter).with(file).with(stderr), LogGuard { _file: guard })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{file, filter, subscriber};

    #[test]
    fn a_message_is_in_the_file_once_the_guard_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/log");
        let (subscriber, guard) = subscriber(filter("").0, Some(file(&path).expect("a log")), false);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!("shown");
            tracing::debug!("hidden");
        });
        drop(guard);
        let files: Vec<_> =
            fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        let text = fs::read_to_string(&files[0]).expect("a file");
        assert!(files.len() == 1 && text.contains("shown") && !text.contains("hidden"), "{text}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_and_not_a_panic() {
        let folder = tempfile::tempdir().expect("a folder");
        let blocking = folder.path().join("file");
        fs::write(&blocking, "").expect("a file");
        assert!(file(&blocking.join("log")).is_err() && file(&blocking).is_err());
        let (_subscriber, guard) = subscriber(filter("").0, None, false);
        assert!(guard._file.is_none());
    }

    #[test]
    fn a_wrong_filter_is_reported_and_info_is_used() {
        for (directives, is_wrong) in
            [("", false), ("debug", false), ("runtray_service=trace,warn", false), ("a=b=c", true)]
        {
            assert_eq!(filter(directives).1.is_some(), is_wrong, "for {directives:?}");
        }
        assert_eq!(filter("a=b=c").0.to_string(), "rmcp=warn,info");
        assert_eq!(filter("rmcp=trace").0.to_string(), "rmcp=trace");
    }
}
