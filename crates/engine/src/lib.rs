//! Runs one program, contained: a [`Request`] in, [`Event`]s and an [`Outcome`] out.
//!
//! The engine owns the run's folder, its process tree and its limits. It knows no HTTP, no JSON on any wire of ours and
//! no desktop: the service above translates.

mod decode;
mod descriptors;
mod engine;
mod environment;
mod error;
mod gate;
mod interaction;
pub mod interpreter;
pub mod language;
mod limits;
mod outcome;
mod output;
mod path;
mod peer;
mod pool;
pub mod private;
mod request;
mod run;
pub mod said;
pub mod sentences;
mod session;
mod shown;
mod start;
mod sys;
mod verdict;
mod workspace;

pub use descriptors::raise_open_files;
pub use engine::{Config, Engine};
pub use error::{Error, InvalidRequest};
pub use limits::Limits;
pub use outcome::{Containment, Event, Isolation, Outcome, OutputFile, Status};
pub use path::RelativePath;
pub use peer::{Peer, is_root};
pub use pool::{Spares, Warm};
pub use request::{Request, SourceFile};
pub use session::{Command, Commander, Commands, RunEnded, Session, Signal, TerminalSize, commands};
pub use shown::{SHOWN_CHARS, shown};
pub use sys::{enter, enter_and_fork};
