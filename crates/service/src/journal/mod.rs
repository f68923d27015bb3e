//! The journal: the record of executions, in SQLite.
//!
//! One thread writes (`writer`), fed by a bounded queue that no run ever waits for; each reader has its own connection. A service
//! that dies leaves its executions `running`; the next one that has the journal to itself marks them `lost`. A file that is no
//! journal is moved aside and a new one is begun. Every other failure becomes a [`State`] with its remedy, and writing is retried
//! later: executions never depend on the journal.

mod database;
mod error;
mod export;
mod handle;
mod instance_lock;
mod milliseconds;
mod query;
mod queue;
mod reader;
mod record;
mod retention;
mod schema;
mod statistics;
#[cfg(test)]
mod tests;
mod writer;

pub use self::error::JournalError;
pub use self::export::Export;
pub use self::handle::Journal;
pub use self::reader::{Mark, Reader};
pub use self::record::{Begun, Ended, Filter, LOST, RUNNING, Selection, State, first_line};

pub(crate) use self::export::batch;
pub(crate) use self::milliseconds::milliseconds;
pub(crate) use self::statistics::no_statistics;
