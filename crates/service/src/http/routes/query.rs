//! Query parameters, with our own error for bad ones.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use runtray_engine::excerpt;
use serde::de::DeserializeOwned;

use crate::http::error::Error;

/// The query parameters of a request. Bad ones are refused with a sentence that names them.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => Err(Error::InvalidRequest(format!("{}.", excerpt(&rejection.body_text())))),
        }
    }
}
