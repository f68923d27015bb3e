//! An execution as one JSON object.
//!
//! A client or a proxy between may give up on a server that says nothing for some seconds; five are common. So a program that runs for
//! longer than [`SILENCE`] is answered with spaces first, which JSON allows before an object. By then the program has started, so that
//! the answer is a 200 whatever becomes of it. Shorter ones, which are nearly all, are answered in one piece, with its length.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::time::sleep;

use crate::error::Error;
use crate::execution::Execution;
use crate::wire::ExecuteResponse;

/// The longest that nothing is sent once a program runs.
const SILENCE: Duration = Duration::from_secs(3);

/// Answers with what `execution` printed.
///
/// # Errors
/// It could not be run.
pub(crate) async fn respond(mut execution: Execution, request_id: String) -> Result<Response, Error> {
    let begun = execution.begun();
    let is_long = async {
        begun.cancelled().await;
        sleep(SILENCE).await;
    };
    tokio::select! {
        biased;
        ended = execution.ended() => return Ok(Json(ended?).into_response()),
        () = is_long => {}
    }
    let long = Long { execution: Some(execution), has_begun: false, request_id };
    let body = stream::unfold(long, |mut long| async { Some((Ok::<_, Infallible>(long.next().await?), long)) });
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(([json], Body::from_stream(body)).into_response())
}

/// An answer that has begun. Dropping it, as hyper does when the client is gone, cancels the run.
struct Long {
    execution: Option<Execution>,
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

    fn last(&self, ended: Result<ExecuteResponse, Error>) -> Bytes {
        let json = match ended {
            Ok(ran) => serde_json::to_vec(&ran),
            Err(error) => {
                error.log();
                serde_json::to_vec(&error.body(&self.request_id))
            }
        };
        json.unwrap_or_default().into()
    }
}
