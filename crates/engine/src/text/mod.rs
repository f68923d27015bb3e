//! Text for people: sentences with a code and values, and foreign text cut and escaped.

pub mod said;
pub mod sentences;
pub(crate) mod shown;
