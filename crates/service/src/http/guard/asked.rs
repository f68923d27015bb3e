//! The program that a refused page wanted to run, for the user's decision about the page.
//!
//! It is only shown: nothing of it runs or is stored. A page on another origin must ask the browser first (a preflight), which is
//! refused, so its program comes only in a request without one, as the npm package `runtray` sends it.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{Method, header};
use serde::Deserialize;
use tokio::time::timeout;

use crate::http::body;
use crate::http::server::Server;
use crate::runs::shown_program::ShownProgram;

/// A longer program is not shown.
const MOST_BYTES: usize = 64 << 10;
/// How long the answer waits for the body. It usually comes with the headers.
const PATIENCE: Duration = Duration::from_millis(200);

/// The fields of a request that are read.
#[derive(Deserialize)]
struct Wanted {
    code: String,
    language: Option<String>,
}

/// The program of a request for `POST /execute`, if it is there and short.
pub(super) async fn program(server: &Server, request: Request) -> Option<ShownProgram> {
    let (parts, body) = request.into_parts();
    // A client that waits for `100 Continue` is told at once that it is refused.
    let is_asking = parts.method == Method::POST && parts.uri.path() == "/execute";
    if !is_asking || parts.headers.contains_key(header::EXPECT) {
        return None;
    }
    let mut share = server.budget.share();
    let read = body::read(&parts.headers, body, MOST_BYTES, &mut share);
    let bytes = timeout(PATIENCE, read).await.ok()?.ok()?;
    let wanted: Wanted = serde_json::from_slice(&bytes).ok()?;
    Some(ShownProgram::begins(&wanted.code, wanted.language.as_deref()))
}
