//! The wire types: the JSON of HTTP and WebSockets, as `/openapi.json` describes it.

mod encoding;
pub(crate) mod error;
pub(crate) mod executions;
pub(crate) mod health;
pub(crate) mod languages;
pub(crate) mod message;
mod messages;
pub(crate) mod parse;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod status;
mod status_name;
mod text;
pub(crate) mod words;

pub use languages::Language;
pub use response::ExecuteResponse;
pub use words::{Filling, Words};
