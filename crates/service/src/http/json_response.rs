//! An execution as one JSON object.
//!
//! Clients and proxies may give up on a server that sends nothing for some seconds; five are common. So if a program runs for
//! longer than [`SILENCE`], the response begins with spaces, which JSON allows before an object. The program has started by
//! then, so the status is 200 whatever follows. Shorter responses, nearly all, are sent in one piece with their length.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use runtray_engine::Refill;
use runtray_wire::ExecuteResponse;
use tokio::time::sleep;

use super::budget::Share;
use super::error::Error;
use super::sent::counted;
use crate::runs::error::RunError;
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
    let is_long = async {
        begun.wait().await;
        sleep(SILENCE).await;
    };
    // Biased: a result that is ready is sent with its length, even if the time is up too.
    tokio::select! {
        biased;
        ended = execution.ended() => return Ok(as_json(Body::from(encode(ended?, share)?))),
        () = is_long => {}
    }
    let long = Long { execution: Some(execution), share: Some(share), has_begun: false, request_id };
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

/// A response that has begun. Dropping it, as hyper does when the client is gone, cancels the run.
struct Long {
    execution: Option<Execution>,
    share: Option<Share>,
    /// Whether the first byte was sent.
    has_begun: bool,
    request_id: String,
}

impl Long {
    async fn next(&mut self) -> Option<Bytes> {
        let execution = self.execution.as_mut()?;
        let pause = if self.has_begun { SILENCE } else { Duration::ZERO };
        self.has_begun = true;
        tokio::select! {
            biased;
            ended = execution.ended() => {
                self.execution = None;
                Some(self.last(ended))
            }
            () = sleep(pause) => Some(Bytes::from_static(b" ")),
        }
    }

    fn last(&mut self, ended: Result<(RunResult, Refill), RunError>) -> Bytes {
        let share = self.share.take().ok_or_else(|| Error::internal("a response was sent twice"));
        ended.map_err(Error::from).and_then(|ended| encode(ended, share?)).unwrap_or_else(|error| {
            error.log();
            serde_json::to_vec(&error.body(&self.request_id)).unwrap_or_default().into()
        })
    }
}
