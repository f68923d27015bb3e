//! `POST /execute`: runs a program.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use runtray_engine::language::Runtime;
use tokio::sync::mpsc;

use crate::http::body;
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::guard::Caller;
use crate::http::json_response;
use crate::http::middleware::RequestId;
use crate::http::sse;
use crate::http::wire::error::ErrorBody;
use crate::http::wire::request::{ExecuteRequest, Parsed, Timeouts};
use crate::http::wire::response::{ExecuteResponse, Started};
use crate::runs::core::App;
use crate::runs::execution::{Execution, Job, Live};

const EVENT_STREAM: &str = "text/event-stream";

/// Runs a program and answers with what it printed. A program that fails is still a 200; it was not run at all where the
/// answer is an error. With `Accept: text/event-stream` the answer is a stream of the events `started`, `stdout`, `stderr`
/// and `finished`. Going away cancels the run.
#[utoipa::path(
    post,
    path = "/execute",
    tag = "executions",
    request_body = ExecuteRequest,
    responses(
        (status = 200, description = "The program was run.", content(
            (ExecuteResponse = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 400, description = "`invalid_json`, `invalid_request`, `invalid_host`", body = ErrorBody),
        (status = 401, description = "`token_required`", body = ErrorBody),
        (status = 403, description = "`host_not_allowed`, `origin_not_allowed`, `cross_site`", body = ErrorBody),
        (status = 413, description = "`body_too_large`", body = ErrorBody),
        (status = 415, description = "`unsupported_media_type`", body = ErrorBody),
        (status = 422, description = "`unsupported_language`, `runtime_not_found`, `isolation_unavailable`", body = ErrorBody),
        (status = 429, description = "`too_many_executions`", body = ErrorBody, headers(("Retry-After" = u64, description = "Seconds."))),
        (status = 500, description = "`internal`", body = ErrorBody),
        (status = 503, description = "`shutting_down`", body = ErrorBody),
    )
)]
pub(crate) async fn execute(
    State(app): State<Arc<App>>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let mut share = app.budget.share();
    let Parsed { language, request } = read(&app, &headers, body, &mut share).await?;
    let runtime = find(&app, &language).await?;
    let slot = app.admission.admit().await?;
    let origin = caller.name().to_owned();
    let job = Job { id, runtime, request, origin, is_interactive: false };
    let request_id = job.id.clone();
    if wants_events(&headers) {
        let started = Started::of(&job);
        let (tap, tapped) = mpsc::channel(sse::EVENTS);
        let live = Live { tap: Some(tap), ..Live::default() };
        let execution = Execution::start(&app, job, slot, live).holding(share);
        return sse::respond(execution, tapped, started, request_id).await;
    }
    json_response::respond(Execution::start(&app, job, slot, Live::default()), share, request_id).await
}

/// The program, when it may be run at all.
async fn read(app: &App, headers: &HeaderMap, body: Body, share: &mut Share) -> Result<Parsed, Error> {
    if app.admission.is_closed() {
        return Err(Error::ShuttingDown);
    }
    if !is_json(headers) {
        return Err(Error::UnsupportedMediaType);
    }
    let (cap, timeouts, refused) = {
        let loaded = app.settings.borrow();
        let settings = &loaded.settings;
        let timeouts = Timeouts { default: settings.default_timeout, max: settings.max_timeout };
        (settings.body_bytes, timeouts, settings.refuse_to_run.clone())
    };
    let parsed = ExecuteRequest::parse(&body::read(headers, body, cap, share).await?, timeouts)?;
    refused.map_or(Ok(parsed), |reason| Err(Error::IsolationUnavailable(reason)))
}

/// What runs the language of that name or alias.
pub(crate) async fn find(app: &App, name: &str) -> Result<Arc<Runtime>, Error> {
    let languages = app.languages();
    let language = languages.find(name).ok_or_else(|| Error::UnsupportedLanguage(name.to_owned()))?;
    languages.runtime(language).await.map_err(|reason| Error::RuntimeNotFound(reason.0))
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let declared = types.next().and_then(|value| value.to_str().ok());
    types.next().is_none()
        && declared.is_some_and(|declared| media_type(declared).eq_ignore_ascii_case("application/json"))
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| media_type(one).eq_ignore_ascii_case(EVENT_STREAM))
}

/// A media type without its parameters.
fn media_type(written: &str) -> &str {
    written.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{is_json, wants_events};

    #[test]
    fn only_json_is_taken() {
        for (declared, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json ;charset=utf-8", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("text/plain; application/json", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(declared))]);
            assert_eq!(is_json(&headers), expected, "{declared:?}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn events_are_sent_to_those_who_ask() {
        for (accepted, expected) in [
            ("text/event-stream", true),
            ("application/json, text/event-stream;q=0.9", true),
            ("*/*", false),
            ("application/json", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accepted))]);
            assert_eq!(wants_events(&headers), expected, "{accepted:?}");
        }
    }
}
