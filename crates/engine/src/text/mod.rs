//! Text for people: sentences with a code and values, and foreign text cut and escaped.

mod outcome_text;
pub mod said;
pub mod sentences;
pub(crate) mod shown;
mod system_error;
