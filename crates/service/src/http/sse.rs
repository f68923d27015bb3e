//! An execution as Server-Sent Events.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http_body_util::BodyExt as _;
use runtray_engine::{Event, Refill};
use runtray_wire::{ExecuteResponse, Finished, Printed, Started};
use serde::Serialize;
use tokio::sync::mpsc;

use super::budget::Share;
use super::error::Error;
use super::sent::counted;
use crate::runs::execution::Execution;

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Tells nginx and similar proxies not to buffer the stream.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Responds with the events of `execution` once the program has started. `share` is held until the last event was sent.
///
/// # Errors
/// The program was not run.
pub(crate) async fn respond(
    mut execution: Execution,
    mut events: mpsc::Receiver<Event>,
    started: Started,
    share: Share,
    request_id: String,
) -> Result<Response, Error> {
    if events.recv().await.is_none() {
        // The first event always says that the program has started; without one it was not run.
        execution.ended().await.map(drop)?;
    }
    let last = Last::default();
    let rest =
        Rest { started: Some(started), events, execution: Some((execution, share)), request_id, last: last.clone() };
    let stream = stream::unfold(rest, |mut rest| async { Some((Ok::<_, Infallible>(rest.next().await?), rest)) });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).text("running");
    let mut response = Sse::new(stream).keep_alive(keep_alive).into_response();
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    // The refill and the share travel with the frame of the last event.
    Ok(response.map(|body| Body::new(body.map_frame(move |frame| frame.map_data(|data| last.attach(data))))))
}

/// The refill of an execution that has ended and its share of the budget, until the frame of its last event takes them.
#[derive(Clone, Default)]
struct Last(Arc<Mutex<Option<(Refill, Share)>>>);

impl Last {
    fn set(&self, refill: Refill, share: Share) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((refill, share));
    }

    /// The same bytes; the bytes of the last event count in the share and hold the refill until the server has sent them.
    fn attach(&self, data: Bytes) -> Bytes {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some((refill, share)) => counted(data, share, refill),
            None => data,
        }
    }
}

/// The events that have not been sent yet. Dropping it, as hyper does when the client is gone, cancels the run.
struct Rest {
    started: Option<Started>,
    events: mpsc::Receiver<Event>,
    /// The execution with its request's share of the budget.
    execution: Option<(Execution, Share)>,
    request_id: String,
    last: Last,
}

impl Rest {
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
        let (mut execution, share) = self.execution.take()?;
        match execution.ended().await.map_err(Error::from) {
            Ok((result, refill)) => {
                self.last.set(refill, share);
                Some(event("finished", &Finished::from(ExecuteResponse::from(result))))
            }
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
