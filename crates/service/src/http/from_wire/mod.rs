//! From bodies and messages to the types of the rooms below: the JSON is read, and its values are checked.

pub(crate) mod encoding;
pub(crate) mod json;
pub(crate) mod message;
#[cfg(test)]
mod properties;
pub(crate) mod request;
mod shape;
mod text;
