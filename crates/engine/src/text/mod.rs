//! Text for people: sentences as a code with values, and foreign text truncated and escaped.

mod outcome_text;
pub mod said;
pub mod sentences;
pub(crate) mod shown;
mod system_error;
