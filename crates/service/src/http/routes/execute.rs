//! `POST /execute`: runs a program.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use runtray_engine::Job;
use runtray_wire::{ErrorBody, ExecuteRequest, ExecuteResponse};
use tokio::sync::mpsc;

use crate::http::adapters::e2b;
use crate::http::body;
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::from_wire::json::Whole;
use crate::http::from_wire::request::{Parsed, Timeouts, parse_request, warn_of_ignored};
use crate::http::guard::layer::Caller;
use crate::http::json_response;
use crate::http::media_type::{self, media_type};
use crate::http::middleware::RequestId;
use crate::http::server::Server;
use crate::http::sse;
use crate::http::to_wire;
use crate::runs::execution::{EVENTS, Live};

const EVENT_STREAM: &str = "text/event-stream";

/// Runs a program and answers with what it printed. A program that fails is still a 200; it was not run at all where the
/// answer is an error. With `Accept: text/event-stream` the answer is a stream of the events `started`, `stdout`, `stderr`
/// and `finished`. With `Accept: application/x-ndjson` or a header `E2b-Sandbox-Id` request and answer are those of E2B's code
/// interpreter. Going away cancels the run.
#[utoipa::path(
    post,
    path = "/execute",
    tag = "executions",
    request_body(content = ExecuteRequest, examples(
        ("a program" = (value = json!({"code": "print('Hello from Python')"}))),
        ("input" = (value = json!({"code": "name = input()\nprint('Hello', name)", "stdin": "Ada\n"}))),
        ("files" = (value = json!({
            "code": "total = sum(int(line) for line in open('numbers.txt'))\nopen('total.txt', 'w').write(str(total))",
            "files": [{"path": "numbers.txt", "content": "20\n22\n"}]
        }))),
        ("piece by piece" = (value = json!({
            "code": "import time\nfor count in range(3):\n    print(count)\n    time.sleep(1)"
        }))),
        ("JavaScript" = (value = json!({"code": "console.log([1, 2, 3].map((n) => n * n))", "language": "javascript"}))),
    )),
    responses(
        (status = 200, description = "The program was run.", content(
            (ExecuteResponse = "application/json"),
            (String = "text/event-stream"),
            (String = "application/x-ndjson"),
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
    State(server): State<Arc<Server>>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    if e2b::is_for(&headers) {
        return e2b::execute(&server, &caller, id, &headers, body).await;
    }
    let mut share = server.budget.share();
    let parsed = read(&server, &headers, body, &mut share).await?;
    let Parsed { language, request, isolation, network, mut ignored } = parsed;
    // Everything that can be refused is checked here, before the job takes a slot.
    let wish = to_wire::wish(isolation, network);
    let runtime = server.core.runtime_for(&language, wish).await?;
    ignored.extend(server.core.other_version(&language, &runtime)?);
    warn_of_ignored(&ignored);
    let job = Job::new(request, runtime)?.with_names(&id, caller.name());
    // A stream gets each event as it comes; a plain answer needs only the collected result.
    if wants_events(&headers) {
        let started = to_wire::started(&job);
        let (tap, events) = mpsc::channel(EVENTS);
        let live = Live { tap: Some(tap), commands: None };
        let execution = server.core.execute(job, wish, live).await?.with_ignored(ignored);
        return sse::respond(execution, events, started, share, id).await;
    }
    let execution = server.core.execute(job, wish, Live::default()).await?.with_ignored(ignored);
    json_response::respond(execution, share, id).await
}

/// The program, if the service takes any.
async fn read(server: &Server, headers: &HeaderMap, body: Body, share: &mut Share) -> Result<Parsed, Error> {
    if server.core.admission.is_closed() {
        return Err(Error::ShuttingDown);
    }
    media_type::check_json(headers)?;
    let (cap, timeouts) = {
        let loaded = server.core.settings.borrow();
        let settings = &loaded.settings;
        (settings.body_bytes, Timeouts::of(settings))
    };
    let body = body::read(headers, body, cap, share).await?;
    Ok(parse_request(&body, Whole::Body, timeouts)?)
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| media_type(one).eq_ignore_ascii_case(EVENT_STREAM))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::wants_events;

    #[test]
    fn events_are_sent_to_clients_that_ask() {
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
