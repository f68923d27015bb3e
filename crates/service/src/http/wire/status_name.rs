//! How an execution ended, as the OpenAPI document describes it: the engine's names.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The schema of an execution's status.
pub(crate) struct Status;

impl PartialSchema for Status {
    fn schema() -> RefOr<Schema> {
        let names = runtray_engine::Status::ALL.map(runtray_engine::Status::name);
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some("How an execution ended."));
        text.enum_values(Some(names)).into()
    }
}

impl ToSchema for Status {}
