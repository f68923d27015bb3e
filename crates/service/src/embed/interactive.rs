//! Interactive executions of the program that embeds the service: the messages of the WebSocket, without a connection.
//!
//! The embedding program holds the [`InteractiveRun`], so a window that closes, reloads or crashes ends nothing.

use std::sync::Arc;

use runtray_engine::{Commander, Event, Refill};
use runtray_wire::{ErrorBody, ExecuteResponse, Finished};
use tokio::sync::mpsc;
use ulid::Ulid;

use super::service::Service;
use crate::http::error::Error;
use crate::http::from_wire::message::{parse_command, parse_run};
use crate::http::server::Server;
use crate::http::websocket::interactive::{self, Interactive};
use crate::runs::execution::Execution;

/// An interactive execution. Dropping it cancels the run.
pub struct InteractiveRun {
    id: String,
    events: mpsc::Receiver<Event>,
    execution: Execution,
    /// The refill of a run that has ended. A dropped run means that its user has seen the end.
    refill: Option<Refill>,
}

/// An event of an interactive execution.
#[derive(Debug, Clone, PartialEq)]
pub enum InteractiveEvent {
    /// The program runs.
    Started,
    /// It printed this to its terminal, to standard output or to standard error.
    Printed(String),
    /// It ended, without its files, or it was not run. No event follows.
    Ended(Result<Box<Finished>, ErrorBody>),
}

/// Sends messages to an interactive execution. Clones reach the same one; when the last is dropped, its standard input ends.
#[derive(Clone)]
pub struct InteractiveInput(Arc<Commander>);

impl Service {
    /// Runs the program of `run`, a first message of the WebSocket, for the embedding program itself. `origin` is the name of
    /// the embedding program in the journal. Without `://` in it, no web page can have the same origin.
    ///
    /// # Errors
    /// The program was not run.
    pub async fn run_interactive(
        &self,
        run: &str,
        origin: &str,
    ) -> Result<(InteractiveRun, InteractiveInput), ErrorBody> {
        let (server, id) = (self.shared(), Ulid::generate().to_string());
        match start(&server, run, &id, origin).await {
            Ok((execution, events, commands)) => {
                Ok((InteractiveRun { id, events, execution, refill: None }, InteractiveInput(Arc::new(commands))))
            }
            Err(error) => Err(error.body(&id)),
        }
    }
}

async fn start(
    server: &Server,
    run: &str,
    id: &str,
    origin: &str,
) -> Result<(Execution, mpsc::Receiver<Event>, Commander), Error> {
    let (timeouts, cap) = {
        let loaded = server.core.settings.borrow();
        (interactive::timeouts(&loaded.settings), loaded.settings.body_bytes)
    };
    if run.len() > cap {
        return Err(Error::BodyTooLarge { cap });
    }
    let parsed = parse_run(run.as_bytes(), timeouts)?;
    let Interactive { launch, events, commands, .. } = interactive::prepare(&server.core, parsed, id, origin).await?;
    Ok((launch.start(&server.core).await?, events, commands))
}

impl InteractiveRun {
    /// The execution's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Cancels the run without waiting for its end.
    pub fn cancel(&self) {
        self.execution.cancel().cancel();
    }

    /// Waits for the next event. Cancel safe. A slow caller slows the program down.
    pub async fn next(&mut self) -> InteractiveEvent {
        match self.events.recv().await {
            Some(Event::Started) => InteractiveEvent::Started,
            Some(Event::Stdout(text) | Event::Stderr(text)) => InteractiveEvent::Printed(text),
            None => InteractiveEvent::Ended(self.ended().await),
        }
    }

    async fn ended(&mut self) -> Result<Box<Finished>, ErrorBody> {
        match self.execution.ended().await.map_err(Error::from) {
            Ok((result, refill)) => {
                self.refill = Some(refill);
                let mut finished = Finished::from(ExecuteResponse::from(result));
                finished.ending.files.clear();
                Ok(Box::new(finished))
            }
            Err(error) => {
                error.log();
                Err(error.body(&self.id))
            }
        }
    }
}

impl InteractiveInput {
    /// Passes on any message that may follow the first one. Input waits while the program does not read earlier input; a
    /// signal does not.
    ///
    /// # Errors
    /// The message is invalid, or is not one of these.
    pub async fn send(&self, text: &str) -> Result<(), ErrorBody> {
        let command = parse_command(text.as_bytes()).map_err(|invalid| Error::from(invalid).body(""))?;
        // An error means that the program has ended.
        let _ = self.0.send(command).await;
        Ok(())
    }
}
