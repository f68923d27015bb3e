//! macOS: a session per run, its descendants looked up in the process table, and a watcher process.
//!
//! The system has no name for a process tree that its members cannot leave. A run's main process leads a session of its own; the
//! process table is looked at while the run goes on and until none of it is left (`group`). A process that forks twice within
//! one look, and starts a program of Apple's with an empty environment, is not found.
//!
//! The watcher is this program started once more, before the first run. Every main process tells it of itself before it becomes the
//! program, and when this process dies, however it dies, the watcher ends what is left.

mod child;
mod connection_owner;
mod group;
mod launcher;
mod open_files;
mod reap;
mod record;
mod table;
mod tree;
mod watcher;

pub(crate) use connection_owner::is_own_connection;
pub(crate) use launcher::Launcher;
pub(crate) use open_files::OpenFiles;
pub(crate) use tree::Tree;
pub use watcher::enter;
