//! Programs of assistants on the core of this process.

use runtray_engine::Event;
use runtray_wire::{ExecuteResponse, Language};
use tokio::sync::mpsc;

use crate::http::adapters::submission::submit;
use crate::http::error::Error;
use crate::http::from_wire::json::Whole;
use crate::http::from_wire::request::{Timeouts, parse_request};
use crate::http::to_wire::language;
use crate::runs::core::Core;

/// Runs the program of `body`, a body of `POST /execute`. Dropping the future cancels the run.
///
/// # Errors
/// The program was not run.
pub(crate) async fn run(
    core: &Core,
    body: &[u8],
    id: String,
    origin: String,
    events: mpsc::Sender<Event>,
) -> Result<ExecuteResponse, Error> {
    let timeouts = Timeouts::of(&core.settings.borrow().settings);
    let parsed = parse_request(body, Whole::Body, timeouts)?;
    let mut submitted = submit(core, parsed, id, origin).await?;
    while let Some(event) = submitted.next().await {
        // An error means that nobody listens; the result is wanted all the same.
        let _ = events.send(event).await;
    }
    drop(events);
    let (response, _refill) = submitted.ended().await?;
    Ok(response)
}

/// The answer of `GET /languages`.
pub(crate) async fn languages(core: &Core) -> Vec<Language> {
    core.entries().await.into_iter().map(language).collect()
}
