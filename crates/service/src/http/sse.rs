//! An execution as Server-Sent Events.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use runtray_engine::Event;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::http::error::Error;
use crate::http::wire::response::{Finished, Printed, Started};
use crate::runs::execution::Execution;

/// Events between the execution and the connection: the fewer, the sooner a slow reader slows the program down.
pub(crate) const EVENTS: usize = 16;
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Tells nginx and others like it not to collect the stream before passing it on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers with the events of `execution` once the program was started.
///
/// # Errors
/// It could not be started.
pub(crate) async fn respond(
    mut execution: Execution,
    mut events: mpsc::Receiver<Event>,
    started: Started,
    request_id: String,
) -> Result<Response, Error> {
    if events.recv().await.is_none() {
        // The first event is always that it started, so there was none.
        execution.ended().await?;
    }
    let feed = Feed { started: Some(started), events, execution: Some(execution), request_id };
    let stream = stream::unfold(feed, |mut feed| async { Some((Ok::<_, Infallible>(feed.next().await?), feed)) });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).text("running");
    let mut response = Sse::new(stream).keep_alive(keep_alive).into_response();
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

/// What is still to be sent. Dropping it, as hyper does when the client is gone, cancels the run.
struct Feed {
    started: Option<Started>,
    events: mpsc::Receiver<Event>,
    execution: Option<Execution>,
    request_id: String,
}

impl Feed {
    async fn next(&mut self) -> Option<sse::Event> {
        if let Some(started) = self.started.take() {
            return Some(event("started", &started));
        }
        match self.events.recv().await {
            Some(Event::Stdout(data)) => Some(event("stdout", &Printed { data })),
            Some(Event::Stderr(data)) => Some(event("stderr", &Printed { data })),
            Some(Event::Started) => Some(sse::Event::default().comment("started")),
            None => self.last().await,
        }
    }

    async fn last(&mut self) -> Option<sse::Event> {
        match self.execution.take()?.ended().await {
            Ok(ran) => Some(event("finished", &Finished::from(ran))),
            Err(error) => {
                error.log();
                Some(event("error", &error.body(&self.request_id)))
            }
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> sse::Event {
    let json = serde_json::to_string(data).unwrap_or_default();
    sse::Event::default().event(name).data(json)
}
