//! macOS: a session per run, whose descendants are searched in the process table, and a watcher process.
//!
//! The system has no name for a process tree that its members cannot leave. A run's main process leads a session; the process
//! table is searched while the run goes on, and until no process of it is left (`group`). A process is missed if it forks twice
//! between two searches and starts a program of Apple's with an empty environment.
//!
//! The watcher is this program, started again before the first run. Every main process registers with it before its exec. When
//! the service dies, even by SIGKILL, the watcher kills the remaining processes.
//!
//! At the level `sandbox` the main process enters Seatbelt before it becomes the program (`sandbox`, and `sys/seatbelt` for the
//! text of its profile). An interpreter that waits for a program waits inside.

mod child;
mod connection_owner;
mod group;
mod launcher;
mod open_files;
mod reap;
mod record;
mod sandbox;
mod table;
mod tree;
mod watcher;

pub(crate) use connection_owner::is_own_connection;
pub(crate) use launcher::Launcher;
pub(crate) use open_files::OpenFiles;
pub(crate) use tree::Tree;
pub use watcher::enter;
