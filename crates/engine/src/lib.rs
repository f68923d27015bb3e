//! Runs one program, contained: a [`Request`] in, [`Event`]s and an [`Outcome`] out.
//!
//! The engine owns the run's folder, its process tree and its limits. It knows no HTTP, no wire format and no desktop; the
//! service above translates. The rooms, each of which uses only rooms below it (`tests/tidy/rooms.rs`):
//!
//! ```text
//! engine                                   what all runs of a service share
//! run/                                     the loop of one run: output, input, limits, outcome
//! warm/                                    interpreters that are started before their programs are known
//! spawn/                                   starts an interpreter: environment, folder, barrier
//! container/                               starts it in a container of Docker or Podman
//! job                                      a request with its runtime, its limits and its cancel token
//! workspace/  language/ → interpreter/     the runs' folders; the languages; discovery
//! sys/                                     one contained process tree, on Linux, macOS and Windows
//! request/  session  isolation  outcome  limits  error  text/  fingerprint  private
//! ```

mod container;
mod engine;
mod error;
mod fingerprint;
pub mod interpreter;
mod isolation;
mod job;
pub mod language;
mod limits;
mod outcome;
pub mod private;
mod request;
mod run;
mod session;
mod spawn;
mod sys;
mod text;
mod warm;
mod workspace;

pub use container::ContainerReport;
pub use engine::{Config, Engine};
pub use error::{Error, InvalidRequest};
pub use isolation::{Lack, NetworkLack, Outward, Policy, SandboxReport};
pub use job::Job;
pub use limits::Limits;
pub use outcome::{Containment, Event, Isolation, Outcome, OutputFile, Status};
pub use request::path::RelativePath;
pub use request::{Request, SourceFile};
pub use session::{Command, Commander, Commands, EventSink, RunEnded, Signal, TerminalSize, commands};
#[cfg(windows)]
pub use spawn::sandbox_access;
pub use sys::open_file_limit::raise_open_files;
pub use sys::peer::{Peer, is_root};
#[cfg(windows)]
pub use sys::{Access, delete_profiles, has_app_containers};
pub use sys::{enter, enter_and_fork};
pub use text::excerpt::{EXCERPT_CHARS, excerpt};
pub use text::{message, sentences};
pub use warm::{PoolSize, Refill, Warm};
