//! A program of an E2B client.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use runtray_engine::{Event, Request};
use serde::Deserialize;

use super::contexts::NO_CONTEXTS;
use super::lines;
use crate::http::adapters::submission::{Submitted, submit};
use crate::http::body;
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::from_wire::json::{self, Whole};
use crate::http::from_wire::request::{Parsed, Timeouts};
use crate::http::guard::layer::Caller;
use crate::http::media_type::{self, media_type};
use crate::http::sent::counted;
use crate::http::server::Server;

const LINES: &str = "application/x-ndjson";
/// The header that E2B's clients send with every request.
const SANDBOX: &str = "e2b-sandbox-id";

#[derive(Deserialize)]
struct Program {
    code: String,
    context_id: Option<String>,
    language: Option<String>,
    env_vars: Option<BTreeMap<String, String>>,
}

/// Whether the answer is wanted in E2B's lines.
pub(crate) fn is_for(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let wants_lines =
        accepted.flat_map(|value| value.split(',')).any(|one| media_type(one).eq_ignore_ascii_case(LINES));
    wants_lines || headers.contains_key(SANDBOX)
}

/// Runs the program. The client names no timeout and goes away instead, so the longest one holds.
pub(crate) async fn execute(
    server: &Server,
    caller: &Caller,
    id: String,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    media_type::check_json(headers)?;
    let mut share = server.budget.share();
    let settings = server.core.settings.borrow().settings.clone();
    let body = body::read(headers, body, settings.body_bytes, &mut share).await?;
    let (program, ignored): (Program, _) =
        json::object_and_ignored(&body).map_err(|malformed| malformed.in_the(Whole::Body))?;
    if program.context_id.is_some() {
        return Ok((StatusCode::NOT_FOUND, NO_CONTEXTS).into_response());
    }
    let request = Request::new(program.code, Timeouts::longest(&settings).default);
    let request = request.with_env(program.env_vars.unwrap_or_default().into_iter().collect())?;
    let language = program.language.unwrap_or_else(|| "python".to_owned());
    let parsed = Parsed { ignored, ..Parsed::new(language, request) };
    let submitted = submit(&server.core, parsed, id.clone(), caller.named_or("e2b").to_owned()).await?;
    // The run belongs to the stream of its lines, so a client that goes away cancels it.
    let rest = Rest { submitted: Some((submitted, share)), id };
    let stream = stream::unfold(rest, |mut rest| async { Some((Ok::<_, Infallible>(rest.next().await?), rest)) });
    Ok(([(header::CONTENT_TYPE, LINES)], Body::from_stream(stream)).into_response())
}

/// The lines that have not been sent yet. Dropping it, as hyper does when the client is gone, cancels the run.
struct Rest {
    /// The program with its request's share of the budget.
    submitted: Option<(Submitted, Share)>,
    id: String,
}

impl Rest {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.submitted.as_mut()?.0.next().await {
                Some(Event::Started) => {}
                Some(Event::Stdout(text)) => return Some(lines::printed("stdout", &text).into()),
                Some(Event::Stderr(text)) => return Some(lines::printed("stderr", &text).into()),
                None => return Some(self.last().await),
            }
        }
    }

    async fn last(&mut self) -> Bytes {
        let Some((submitted, share)) = self.submitted.take() else { return Bytes::new() };
        match submitted.ended().await {
            Ok((result, refill)) => counted(lines::ended(&result), share, refill),
            Err(error) => {
                error.log();
                lines::failed(&error.body(&self.id).error).into()
            }
        }
    }
}
