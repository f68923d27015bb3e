//! `GET /openapi.json`: the description of this interface, made from the routes and the wire types.

use axum::Extension;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use runtray_wire::{Finished, Printed, Run, SentSignal, ServerMessage, Started, TerminalSize, Typed};
use utoipa::OpenApi;

/// The document without its routes, which the router adds.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Runtray",
        description = "Runs code for the tools on this machine. Every error has the body `ErrorBody`; every route but \
            `GET /health` is guarded.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "http://localhost:5000")),
    components(schemas(Started, Printed, Finished, Run, Typed, SentSignal, TerminalSize, ServerMessage)),
)]
pub(crate) struct Document;

/// The text of the whole document, made when it is first asked for.
#[derive(Clone, Copy)]
pub(crate) struct Text(pub(crate) fn() -> &'static str);

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, content_type = "application/json", body = serde_json::Value))
)]
pub(crate) async fn openapi(Extension(Text(text)): Extension<Text>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}
