//! The service's own log: one file a day beside the journal, and standard error where that is wanted.
//!
//! What programs print is never in it; that is the journal's.

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

/// The environment variable that says what is logged, as in `info` or `runtray_service=debug`.
pub const FILTER_VARIABLE: &str = "RUNTRAY_LOG";

/// Days, and so files, that are kept.
const KEPT_FILES: usize = 7;
/// Lines that may wait to be written; room for them is taken at once.
const WAITING_LINES: usize = 8192;

/// Writes out what is logged; dropping it writes the rest.
#[must_use = "what is still waiting to be written is lost without it"]
pub struct LogGuard {
    _file: Option<WorkerGuard>,
}

/// Begins to log into `folder`, made if missing, and to standard error when that is asked for or the folder cannot be
/// written. Later calls in the same process change nothing.
pub fn init(folder: &Path, to_stderr: bool) -> LogGuard {
    let written = std::env::var(FILTER_VARIABLE).unwrap_or_default();
    let (filter, bad_filter) = filter(&written);
    let file = file(folder);
    let problem = file.as_ref().err().map(ToString::to_string);
    let (subscriber, guard) = subscriber(filter, file.ok(), to_stderr);
    if subscriber.try_init().is_err() {
        tracing::debug!("logging was set up before");
    }
    if let Some(error) = bad_filter {
        tracing::warn!(error, "{FILTER_VARIABLE} is not understood and not used");
    }
    if let Some(error) = problem {
        tracing::warn!(error, folder = %folder.display(), "the log's folder cannot be written; logging to standard error");
    }
    guard
}

fn filter(written: &str) -> (EnvFilter, Option<String>) {
    let builder = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    match builder.parse(written) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error.to_string())),
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

/// A log whose files belong to their owner alone: the appender makes one each day, with the permissions of the umask.
struct Private {
    appender: RollingFileAppender,
    folder: PathBuf,
    /// The day of the last write.
    seen: Option<Date>,
}

impl io::Write for Private {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let written = self.appender.write(line)?;
        let today = OffsetDateTime::now_utc().date();
        if self.seen.replace(today) != Some(today) {
            private::keep_all(&self.folder);
        }
        Ok(written)
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
        for (written, is_wrong) in
            [("", false), ("debug", false), ("runtray_service=trace,warn", false), ("a=b=c", true)]
        {
            assert_eq!(filter(written).1.is_some(), is_wrong, "for {written:?}");
        }
        assert_eq!(filter("a=b=c").0.to_string(), "info");
    }
}
