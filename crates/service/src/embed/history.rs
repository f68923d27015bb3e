//! The executions in the journal, readable whether or not the service runs.
//!
//! While the service runs, its journal is asked, which includes queued entries. Otherwise the file is read.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use runtray_engine::message::LocalizedMessage;
use runtray_wire::{Execution, ExecutionsPage, ExportFormat, Facets, Statistics};
use tempfile::NamedTempFile;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::service::Service;
use crate::http::export;
use crate::journal::{Filter, Journal, JournalError, Reader, Selection, State, batch, no_statistics};
use crate::platform::paths::Paths;
use crate::runs::event_bus::{EventBus, ExecutionEvent};
use crate::sentences;
use crate::settings::JournalSettings;

/// The executions of this machine's journal.
#[derive(Clone)]
pub struct History {
    service: watch::Receiver<Option<Service>>,
    paths: Paths,
    events: EventBus,
}

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The file cannot be written.
    #[error("could not write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

impl ExportError {
    /// The error as a translatable sentence.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::Journal(error) => error.message(),
            Self::Write { path, source } => sentences::EXPORT_WRITE.with("path", path.display()).with("cause", source),
        }
    }
}

impl History {
    pub(crate) fn new(service: watch::Receiver<Option<Service>>, paths: Paths, events: EventBus) -> Self {
        Self { service, paths, events }
    }

    /// A page of executions, newest first, and the number of all that match the filter.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn page(&self, filter: Filter) -> Result<(ExecutionsPage, u64), JournalError> {
        self.read(move |reader| Ok((reader.page(&filter)?, reader.count(&filter)?))).await
    }

    /// One execution with its code and output; `None` if none has that id.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn entry(&self, id: &str) -> Result<Option<Execution>, JournalError> {
        let id = id.to_owned();
        self.read(move |reader| reader.entry(&id)).await
    }

    /// The values that can be filtered by.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn facets(&self) -> Result<Facets, JournalError> {
        self.read(Reader::facets).await
    }

    /// The statistics of the day and the last hour.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn statistics(&self) -> Result<Statistics, JournalError> {
        let statistics = self.read(|reader| reader.statistics().map(Some)).await?;
        Ok(statistics.unwrap_or_else(no_statistics))
    }

    /// The ended executions that match `filter` now, and their number.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn select(&self, filter: Filter) -> Result<(Selection, u64), JournalError> {
        self.read(move |reader| reader.select(&filter)).await
    }

    /// Deletes exactly the selected executions; returns their number.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn delete(&self, selection: Selection) -> Result<u64, JournalError> {
        let deleted = match self.journal() {
            Some(journal) => journal.delete(selection).await?,
            None => {
                let journal = Journal::open(&self.paths.journal_file(), &JournalSettings::default());
                let deleted = journal.delete(selection).await;
                journal.close().await;
                deleted?
            }
        };
        self.events.publish(|| ExecutionEvent::Cleared);
        Ok(deleted)
    }

    /// Writes every execution that matches `filter` to `file`, newest first, in `format`. The file appears when it is
    /// complete.
    ///
    /// # Errors
    /// The journal cannot be read or the file not written.
    pub async fn export(&self, file: PathBuf, format: ExportFormat, filter: Filter) -> Result<(), ExportError> {
        let failed = |source| ExportError::Write { path: file.clone(), source };
        let path = file.clone();
        let mut export = on_disk(move || Export::begin(&path, format)).await.map_err(failed)?;
        let filter = Filter { before: None, ..filter };
        let (records, mut rest) = self.read(move |reader| batch(reader, filter)).await?;
        export = on_disk(move || export.write(records)).await.map_err(failed)?;
        while let Some(filter) = rest {
            // A journal that is removed midway is an error: the file would not be complete.
            let (records, next) = self.try_read(move |reader| batch(reader, filter)).await?;
            export = on_disk(move || export.write(records)).await.map_err(failed)?;
            rest = next;
        }
        let path = file.clone();
        on_disk(move || export.finish(&path)).await.map_err(failed)
    }

    async fn read<T: Default + Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        match self.try_read(work).await {
            Err(JournalError::Missing(_)) => Ok(T::default()),
            read => read,
        }
    }

    async fn try_read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let file = self.paths.journal_file();
        match self.journal() {
            Some(journal) => journal.read(work).await,
            None => spawn_blocking(move || work(&Reader::open(&file)?)).await.unwrap_or(Err(JournalError::Closed)),
        }
    }

    /// The running service's journal, unless it is switched off.
    fn journal(&self) -> Option<Journal> {
        let journal = self.service.borrow().as_ref()?.journal();
        let is_kept = *journal.state().borrow() != State::Disabled;
        is_kept.then_some(journal)
    }
}

/// Runs `work` on a thread where it may block.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> std::io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|failed| Err(std::io::Error::other(failed)))
}

/// A file that is being written.
struct Export {
    format: ExportFormat,
    file: BufWriter<NamedTempFile>,
}

impl Export {
    fn begin(file: &Path, format: ExportFormat) -> std::io::Result<Self> {
        let folder = file.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
        let mut file = BufWriter::new(NamedTempFile::with_prefix_in(".runtray-export-", folder)?);
        file.write_all(&export::heading(format).map_err(std::io::Error::other)?)?;
        Ok(Self { format, file })
    }

    fn write(mut self, records: Vec<Execution>) -> std::io::Result<Self> {
        for record in records {
            let line = export::line(self.format, &record).map_err(std::io::Error::other)?;
            self.file.write_all(&line)?;
        }
        Ok(self)
    }

    fn finish(self, file: &Path) -> std::io::Result<()> {
        self.file.into_inner().map_err(|error| error.into_error())?.persist(file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use tokio::sync::watch;

    use super::{EventBus, ExecutionEvent, ExportFormat, Filter, History, Journal, JournalSettings, Paths};
    use crate::journal::Begun;

    /// A stopped service with `count` executions in its journal.
    async fn history(count: usize) -> (tempfile::TempDir, History) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let paths = Paths { config: path("config"), data: path("data"), runs: path("runs") };
        let journal = Journal::open(&paths.journal_file(), &JournalSettings::default());
        for number in 0..count {
            journal.begin(Begun {
                id: ulid::Ulid::from_parts(number as u64, 0).to_string(),
                started_at: OffsetDateTime::now_utc(),
                language: "python".into(),
                runtime: "CPython".into(),
                origin: "local".into(),
                code: format!("print({number})"),
                given: None,
            });
        }
        journal.close().await;
        (folder, History::new(watch::channel(None).1, paths, EventBus::default()))
    }

    #[tokio::test]
    async fn a_stopped_service_s_journal_is_readable() {
        let (_folder, history) = history(3).await;
        let filter = Filter { limit: 2, ..Filter::default() };
        let (page, total) = history.page(filter).await.expect("a page");
        assert_eq!((page.items.len(), total), (2, 3));
        let entry = history.entry(&page.items[0].id).await.expect("an answer").expect("an entry");
        assert_eq!(entry.code, "print(2)");
    }

    #[tokio::test]
    async fn before_the_first_start_the_history_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let paths = Paths { config: path("config"), data: path("data"), runs: path("runs") };
        let history = History::new(watch::channel(None).1, paths, EventBus::default());
        assert_eq!(history.page(Filter::default()).await.expect("a page").1, 0);
        assert_eq!(history.facets().await.expect("facets").total, 0);
    }

    #[tokio::test]
    async fn deletions_are_published() {
        let (_folder, history) = history(2).await;
        let mut events = history.events.subscribe();
        let (selection, count) = history.select(Filter::default()).await.expect("a selection");
        let deleted = history.delete(selection).await.expect("deleted");
        assert_eq!((count, deleted), (0, 0), "executions without an end were deleted as ended");
        assert_eq!(events.recv().await.expect("an event"), ExecutionEvent::Cleared);
    }

    #[tokio::test]
    async fn an_export_has_every_execution_or_is_not_there() {
        let (folder, history) = history(450).await;
        let file = folder.path().join("export.jsonl");
        history.export(file.clone(), ExportFormat::Jsonl, Filter::default()).await.expect("an export");
        assert_eq!(std::fs::read_to_string(&file).expect("a file").lines().count(), 450);
        let csv = folder.path().join("export.csv");
        history.export(csv.clone(), ExportFormat::Csv, Filter::default()).await.expect("an export");
        assert_eq!(csv::Reader::from_path(csv).expect("a file").records().count(), 450);
        let nowhere = folder.path().join("no such folder/export");
        assert!(
            history.export(nowhere.clone(), ExportFormat::Jsonl, Filter::default()).await.is_err() && !nowhere.exists()
        );
    }
}
