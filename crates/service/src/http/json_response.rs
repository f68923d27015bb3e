//! An execution as one JSON object.
//!
//! Clients and proxies may give up on a server that sends nothing for some seconds; five are common. So if a program runs for
//! longer than [`SILENCE`], the response begins with spaces, which JSON allows before an object. The program has started by
//! then, so the status is 200 whatever follows. Shorter responses, nearly all, are sent in one piece with their length.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use runtray_engine::Refill;
use runtray_wire::ExecuteResponse;
use tokio::sync::SetOnce;
use tokio::time::sleep;

use super::budget::Share;
use super::error::Error;
use super::sent::counted;
use crate::runs::execution::Execution;
use crate::runs::run_result::RunResult;

/// How long nothing may be sent while a program runs.
const SILENCE: Duration = Duration::from_secs(3);

/// Responds with the result of `execution`. The response counts in `share` until the client has read it.
///
/// # Errors
/// The program was not run.
pub(crate) async fn respond(mut execution: Execution, share: Share, request_id: String) -> Result<Response, Error> {
    let begun = execution.begun();
    let answer = async move { encode(execution.ended().await?, share) };
    let late = move |error: &Error| {
        error.log();
        serde_json::to_vec(&error.body(&request_id)).unwrap_or_default()
    };
    respond_when(begun, answer, late).await
}

/// Responds with the JSON of `answer`, whose program has started when `begun` is set. If `answer` fails after the response has
/// begun, `late` gives the JSON instead. Dropping the response, as hyper does when the client is gone, drops `answer`.
///
/// # Errors
/// `answer` failed before the response began.
pub(crate) async fn respond_when<E: Send + 'static>(
    begun: Arc<SetOnce<()>>,
    answer: impl Future<Output = Result<Bytes, E>> + Send + 'static,
    late: impl Fn(&E) -> Vec<u8> + Send + Sync + 'static,
) -> Result<Response, E> {
    let mut answer = Box::pin(answer);
    let is_long = async {
        begun.wait().await;
        sleep(SILENCE).await;
    };
    // Biased: a result that is ready is sent with its length, even if the time is up too.
    tokio::select! {
        biased;
        ended = answer.as_mut() => return Ok(as_json(Body::from(ended?))),
        () = is_long => {}
    }
    let long = Long { answer: Some(answer), late, has_begun: false };
    let body = stream::unfold(long, |mut long| async { Some((Ok::<_, Infallible>(long.next().await?), long)) });
    Ok(as_json(Body::from_stream(body)))
}

fn as_json(body: Body) -> Response {
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([json], body).into_response()
}

/// The bytes of a response. Until the server has sent them, they hold their share of the budget, and the pool is not refilled.
fn encode((result, refill): (RunResult, Refill), share: Share) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(&ExecuteResponse::from(result)).map_err(Error::internal)?;
    Ok(counted(json, share, refill))
}

/// A response that has begun.
struct Long<A, L> {
    /// `None` once it was sent.
    answer: Option<Pin<Box<A>>>,
    late: L,
    /// Whether the first byte was sent.
    has_begun: bool,
}

impl<A, L> Long<A, L> {
    async fn next<E>(&mut self) -> Option<Bytes>
    where
        A: Future<Output = Result<Bytes, E>>,
        L: Fn(&E) -> Vec<u8>,
    {
        let answer = self.answer.as_mut()?;
        let pause = if self.has_begun { SILENCE } else { Duration::ZERO };
        self.has_begun = true;
        let ended = tokio::select! {
            biased;
            ended = answer.as_mut() => ended,
            () = sleep(pause) => return Some(Bytes::from_static(b" ")),
        };
        self.answer = None;
        Some(ended.unwrap_or_else(|error| (self.late)(&error).into()))
    }
}
