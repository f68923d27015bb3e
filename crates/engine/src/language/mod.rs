//! The languages: name, discovery and start of each. ARCHITECTURE.md says how to add one.
//!
//! [`Languages`] caches each interpreter; it is probed once, and again when its file has changed. Nothing is searched before a
//! language is used.

mod activation;
mod cache;
mod container;
mod definition;
mod languages;
mod node;
mod prestart;
mod program;
mod runtime;
mod shell;
mod shell_search;
mod synonyms;
mod table;
mod typescript;
mod unavailable;

#[cfg(all(test, unix))]
mod tests;

pub use activation::Activation;
pub use container::Images;
pub use definition::{Interpreter, Language};
pub use languages::{Choices, Entry, Languages};
pub use prestart::Prestart;
pub use runtime::{Runtime, Science};
pub use unavailable::Unavailable;
