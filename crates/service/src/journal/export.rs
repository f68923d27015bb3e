//! Reading all executions of a filter in batches.

use runtray_wire::Execution;

use super::error::JournalError;
use super::handle::Journal;
use super::reader::Reader;
use super::record::Filter;

/// Executions in a batch, at most.
const BATCH: usize = 100;
/// Text after which a batch ends, in bytes.
const BATCH_BYTES: usize = 256 << 10;

/// An export in progress, newest first. Between two batches it holds neither a thread nor the file, so a slow client costs
/// nothing.
pub struct Export {
    journal: Journal,
    /// The rest of the export; `None` at the end.
    rest: Option<Filter>,
    is_first: bool,
}

impl Journal {
    /// Every execution that matches `filter`, whose `limit` is ignored, newest first.
    pub fn export(&self, filter: Filter) -> Export {
        Export { journal: self.clone(), rest: Some(filter), is_first: true }
    }
}

impl Export {
    /// The next executions; `None` after the last.
    ///
    /// # Errors
    /// The journal is missing or cannot be read. The export ends with an error.
    pub async fn next(&mut self) -> Result<Option<Vec<Execution>>, JournalError> {
        let Some(filter) = self.rest.take() else { return Ok(None) };
        let is_first = std::mem::take(&mut self.is_first);
        let read = self.journal.blocking(move |shared| {
            // Only the first batch waits for the queue: entries recorded later are newer than the export.
            let reader = if is_first { shared.reader()? } else { shared.unflushed_reader()? };
            batch(&reader, filter)
        });
        let (records, rest) = read.await?;
        self.rest = rest;
        Ok(Some(records))
    }
}

/// The first executions that match `filter`, and the filter of those after them; `None` if there are none.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn batch(reader: &Reader, filter: Filter) -> Result<(Vec<Execution>, Option<Filter>), JournalError> {
    let mut filter = Filter { limit: BATCH, ..filter };
    let page = reader.page(&filter)?;
    let (mut records, mut bytes) = (Vec::new(), 0);
    for item in page.items {
        // An execution that has been deleted meanwhile is left out.
        let Some(record) = reader.entry(&item.id)? else { continue };
        bytes += record.code.len() + record.output.len() + record.error.len();
        records.push(record);
        if bytes >= BATCH_BYTES {
            filter.before = Some(item.id);
            return Ok((records, Some(filter)));
        }
    }
    filter.before = page.next;
    let rest = filter.before.is_some().then_some(filter);
    Ok((records, rest))
}
