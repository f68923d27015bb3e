//! Text for people: sentences as a code with values, and foreign text truncated and escaped.

pub(crate) mod excerpt;
pub mod message;
mod outcome_text;
pub mod sentences;
pub(crate) mod system_error;
