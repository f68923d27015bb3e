//! The wire types: what goes over HTTP, as `/openapi.json` describes it.

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
mod words;

pub use executions::{Execution, ExecutionSummary};
pub use languages::Language;
pub use response::ExecuteResponse;
pub use words::{Filling, Words};

use std::time::Duration;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// How an execution ended, as the document describes it: the engine's names.
pub(crate) struct Status;

impl PartialSchema for Status {
    fn schema() -> RefOr<Schema> {
        let names = runtray_engine::Status::ALL.map(runtray_engine::Status::name);
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some("How an execution ended."));
        text.enum_values(Some(names)).into()
    }
}

impl ToSchema for Status {}

/// Milliseconds with at most three decimals.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    let microseconds = u32::try_from(duration.as_micros()).map_or_else(|_| duration.as_secs_f64() * 1e6, f64::from);
    microseconds.round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::milliseconds;

    #[test]
    fn milliseconds_have_three_decimals() {
        for (nanoseconds, expected) in
            [(0, "0.0"), (4_100_000, "4.1"), (1_234_567_891, "1234.567"), (86_400_000_000_001, "86400000.0")]
        {
            assert_eq!(serde_json::json!(milliseconds(Duration::from_nanos(nanoseconds))).to_string(), expected);
        }
    }
}
