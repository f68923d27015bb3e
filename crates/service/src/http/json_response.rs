//! An execution as one JSON object.
//!
//! A client or a proxy between may give up on a server that says nothing for some seconds; five are common. So a program that runs for
//! longer than [`SILENCE`] is answered with spaces first, which JSON allows before an object. By then the program has started, so that
//! the answer is a 200 whatever becomes of it. Shorter ones, which are nearly all, are answered in one piece, with its length.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::time::sleep;

use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::wire::ExecuteResponse;
use crate::runs::execution::Execution;

/// The longest that nothing is sent once a program runs.
const SILENCE: Duration = Duration::from_secs(3);

/// Answers with what `execution` printed. The answer counts in `share` until the client has taken it.
///
/// # Errors
/// It could not be run.
pub(crate) async fn respond(mut execution: Execution, share: Share, request_id: String) -> Result<Response, Error> {
    let begun = execution.begun();
    let is_long = async {
        begun.cancelled().await;
        sleep(SILENCE).await;
    };
    tokio::select! {
        biased;
        ended = execution.ended() => return Ok(as_json(Body::from(written(&ended?, share)?))),
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

/// The bytes of an answer, which hold their share of the budget until the server has sent them.
fn written(ran: &ExecuteResponse, mut share: Share) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(ran).map_err(Error::internal)?;
    share.set(json.len());
    Ok(Bytes::from_owner(Held { json, _share: share }))
}

/// An answer with its share of the budget.
struct Held {
    json: Vec<u8>,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

/// An answer that has begun. Dropping it, as hyper does when the client is gone, cancels the run.
struct Long {
    execution: Option<Execution>,
    share: Option<Share>,
    /// Whether anything was sent.
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

    fn last(&mut self, ended: Result<ExecuteResponse, Error>) -> Bytes {
        let share = self.share.take().ok_or_else(|| Error::internal("an answer was given twice"));
        ended.and_then(|ran| written(&ran, share?)).unwrap_or_else(|error| {
            error.log();
            serde_json::to_vec(&error.body(&self.request_id)).unwrap_or_default().into()
        })
    }
}
