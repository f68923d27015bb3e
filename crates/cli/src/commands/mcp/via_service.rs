//! An assistant's programs on the running service, over `POST /execute`.

use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use runtray_engine::Event;
use runtray_service::paths::Paths;
use runtray_service::{BoundedText, address_file};
use runtray_wire::{Code, ErrorBody, ExecuteResponse, Finished, Language, Printed, ServerMessage};
use serde_json::{Deserializer, Value};
use sse_stream::{Sse, SseStream};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};

use crate::service_client::{self, Connection, Peer};

/// A proven connection to the service.
struct Proven {
    connection: Connection,
    port: u16,
    token: String,
}

/// Runs the program of `body` and returns the answer; `None` without a service. At most `kept` bytes of each output are in the
/// answer. Dropping the future cancels the run.
///
/// # Errors
/// The sentence that says why it was not run.
pub(super) async fn run(
    paths: &Paths,
    body: &[u8],
    kept: usize,
    events: &mpsc::Sender<Event>,
) -> Result<Option<ExecuteResponse>, String> {
    let Some(proven) = find(paths).await else { return Ok(None) };
    let failed = |error: &dyn std::fmt::Display| format!("The service did not answer: {error}.");
    let request = request(&proven, body).map_err(|error| failed(&error))?;
    let stream = proven.connection.into_stream().and_then(TcpStream::from_std).map_err(|error| failed(&error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    // Dropped with this future, which closes the connection; the service then cancels the run.
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
    if response.status() != StatusCode::OK {
        return refused(response).await;
    }
    received(response.into_body(), kept, events).await.map(Some)
}

/// The answer of `GET /languages`; `None` without a service.
pub(super) async fn languages(paths: &Paths) -> Option<Vec<Language>> {
    let mut proven = find(paths).await?;
    let ask = move || proven.connection.get("/languages", Some(&proven.token));
    let (status, body) = spawn_blocking(ask).await.ok()?.ok()?;
    (status == 200).then(|| serde_json::from_slice(&body).ok())?
}

/// Connects to the address in the address file, if the service is there.
async fn find(paths: &Paths) -> Option<Proven> {
    let port: u16 = address_file::find(paths)?.rsplit_once(':')?.1.parse().ok()?;
    let token = service_client::token(paths)?;
    match spawn_blocking(move || service_client::find(port, token)).await.ok()? {
        Peer::Service(connection, token) => Some(Proven { connection, port, token }),
        Peer::Stranger | Peer::Nobody(_) => None,
    }
}

fn request(proven: &Proven, body: &[u8]) -> hyper::http::Result<Request<Full<Bytes>>> {
    Request::post("/execute")
        .header(header::HOST, format!("localhost:{}", proven.port))
        .header(header::AUTHORIZATION, format!("Bearer {}", proven.token))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .body(Full::new(Bytes::copy_from_slice(body)))
}

/// A service that is stopping leaves the program to this process.
async fn refused(response: Response<Incoming>) -> Result<Option<ExecuteResponse>, String> {
    let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    match serde_json::from_slice(&body) {
        Ok(ErrorBody { code: Code::ShuttingDown, .. }) => Ok(None),
        Ok(ErrorBody { error, .. }) => Err(error),
        Err(_) => Err(sentence(&body).unwrap_or_else(|| "The service does not say why it runs nothing.".to_owned())),
    }
}

/// The sentence of an error whose code this version does not know: the service may be newer.
fn sentence(body: &[u8]) -> Option<String> {
    let error: Value = serde_json::from_slice(body).ok()?;
    error["error"].as_str().map(str::to_owned)
}

/// Passes the output on, and puts it into the answer.
async fn received(body: Incoming, kept: usize, events: &mpsc::Sender<Event>) -> Result<ExecuteResponse, String> {
    let (mut output, mut error) = (BoundedText::new(kept), BoundedText::new(kept));
    let mut stream = SseStream::new(body);
    while let Some(Ok(event)) = stream.next().await {
        let event = match message(&event)? {
            Some(ServerMessage::Stdout(Printed { data })) => {
                output.push(&data);
                Event::Stdout(data)
            }
            Some(ServerMessage::Stderr(Printed { data })) => {
                error.push(&data);
                Event::Stderr(data)
            }
            Some(ServerMessage::Finished(finished)) => {
                let Finished { success, ending } = *finished;
                let (output, error) = (output.into_text(None), error.into_text(None));
                return Ok(ExecuteResponse { success, output, error, ending });
            }
            Some(ServerMessage::Error(error)) => return Err(error.error),
            Some(ServerMessage::Started(_)) | None => continue,
        };
        // If nobody listens to the events, the answer is still wanted.
        let _ = events.send(event).await;
    }
    Err("The service went away while the program ran.".to_owned())
}

/// The message in an event; `None` for a comment, and for an event that this version does not know.
fn message(event: &Sse) -> Result<Option<ServerMessage>, String> {
    let (Some(name), Some(data)) = (&event.event, &event.data) else { return Ok(None) };
    ServerMessage::from_event(name, &mut Deserializer::from_str(data))
        .map_err(|_| "The service sent an event that this version of Runtray does not know.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn an_error_of_a_newer_service_keeps_its_sentence() {
        let body = br#"{"success":false,"error":"Wait.","status":"rejected","code":"added_later"}"#;
        assert_eq!(sentence(body).as_deref(), Some("Wait."));
        assert_eq!((sentence(b"{}"), sentence(b"no JSON")), (None, None));
    }
}
