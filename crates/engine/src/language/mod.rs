//! The languages: how each is named, found and started. Adding a language is adding a row and a test.
//!
//! [`Languages`] owns what is known of each interpreter: asked once, and again when its file changed. Nothing is looked
//! for before a language is asked for.

mod activation;
mod cache;
mod definition;
mod languages;
mod node;
mod prestart;
mod program;
mod runtime;
mod table;
mod typescript;
mod unavailable;

#[cfg(all(test, unix))]
mod tests;

pub use activation::Activation;
pub use definition::{Interpreter, Language};
pub use languages::{Choices, Entry, Languages};
pub use prestart::Prestart;
pub use runtime::Runtime;
pub use unavailable::Unavailable;
