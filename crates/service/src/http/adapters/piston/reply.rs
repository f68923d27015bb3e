//! Errors as Piston words them: `{"message": "…"}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::error::Error;

/// Why a program was not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

/// An error of Piston's routes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PistonError)]
pub(super) struct Message {
    /// The mistake.
    message: String,
}

/// A request that cannot be used.
pub(super) fn bad(message: impl Into<String>) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, message: message.into() }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        error.log();
        let message = match &error {
            Error::UnsupportedMediaType => "requests must be of type application/json".to_owned(),
            other => other.to_string(),
        };
        Self { status: error.status(), message }
    }
}

impl Refused {
    /// Its body.
    pub(super) fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&Message { message: self.message.clone() }).unwrap_or_default()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(Message { message: self.message })).into_response()
    }
}
