//! All executions that are wanted, read in batches as their reader goes on.

use super::Journal;
use super::error::JournalError;
use super::reader::Reader;
use super::record::{Filter, Record};

/// Text above which a batch ends, in bytes.
const BATCH_BYTES: usize = 256 << 10;

/// An export on its way, newest first.
pub struct Export {
    pub(super) journal: Journal,
    /// What is still wanted; `None` when all was read.
    pub(super) rest: Option<Filter>,
    pub(super) is_first: bool,
}

impl Export {
    /// The next executions; `None` after the last.
    ///
    /// # Errors
    /// There is no journal, or it cannot be read. Nothing comes after that.
    pub async fn next(&mut self) -> Result<Option<Vec<Record>>, JournalError> {
        let Some(filter) = self.rest.take() else { return Ok(None) };
        let is_first = std::mem::take(&mut self.is_first);
        let read = self.journal.blocking(move |shared| {
            let reader = if is_first { shared.reader()? } else { shared.reader_as_it_is()? };
            batch(&reader, filter)
        });
        let (records, rest) = read.await?;
        self.rest = rest;
        Ok(Some(records))
    }
}

/// The first executions that `filter` wants, and what is wanted after them.
fn batch(reader: &Reader, mut filter: Filter) -> Result<(Vec<Record>, Option<Filter>), JournalError> {
    let page = reader.page(&filter)?;
    let (mut records, mut bytes) = (Vec::new(), 0);
    for item in page.items {
        // One that was deleted meanwhile is left out.
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
