//! `GET /openapi.json`: the description of this interface, made from the wire types.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use crate::http::wire::message::{Run, SentSignal, ServerMessage, TerminalSize, Typed};
use crate::http::wire::response::{Finished, Printed, Started};

use super::{execute, executions, health, interactive, languages, metrics, prove, status};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Runtray",
        description = "Runs code for the tools on this machine. Every error has the body `ErrorBody`; every route but \
            `GET /health` is guarded.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "http://localhost:5000")),
    paths(
        health::health,
        execute::execute,
        interactive::connect,
        executions::list,
        executions::one,
        executions::cancel,
        executions::export,
        languages::languages,
        metrics::metrics,
        prove::prove,
        status::status,
        openapi,
    ),
    components(schemas(Started, Printed, Finished, Run, Typed, SentSignal, TerminalSize, ServerMessage)),
)]
struct Document;

static JSON: LazyLock<String> = LazyLock::new(|| Document::openapi().to_pretty_json().unwrap_or_default());

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, content_type = "application/json", body = serde_json::Value))
)]
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], JSON.as_str()).into_response()
}

/// The document as it is served.
#[cfg(test)]
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_changes_only_on_purpose() {
        insta::assert_snapshot!(super::JSON.as_str());
    }
}
