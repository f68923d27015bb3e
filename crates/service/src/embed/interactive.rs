//! A conversation inside this process: the messages of the WebSocket, without a connection.
//!
//! The program that embeds the service holds the [`Conversation`], so a window that closes, reloads or crashes ends nothing.

use std::sync::Arc;

use runtray_engine::{Commander, Event};
use tokio::sync::mpsc;
use ulid::Ulid;

use crate::embed::service::Service;
use crate::http::error::Error;
use crate::http::websocket::conversation::{Begun, begin};
use crate::http::wire::message::{ServerMessage, parse_command, parse_run};
use crate::http::wire::request::Timeouts;
use crate::http::wire::response::Finished;
use crate::runs::core::App;
use crate::runs::execution::Execution;

/// An interactive execution of the embedding program. Dropping it cancels the run.
pub struct Conversation {
    app: Arc<App>,
    id: String,
    events: mpsc::Receiver<Event>,
    execution: Execution,
}

/// Something that an execution says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It runs.
    Started,
    /// It printed this to its terminal, or to standard output or standard error.
    Printed(String),
    /// It ended: the message `finished` without files, or `error`. Nothing follows.
    Ended(String),
}

/// The way to tell an execution something. Clones reach the same one; when the last is dropped, its standard input ends.
#[derive(Clone)]
pub struct Speaker(Arc<Commander>);

impl Service {
    /// Runs the program of `run`, a first message of the WebSocket, for the embedding program itself. `origin` is the name of
    /// the embedding program in the journal. No web page can have it as its origin if it does not contain `://`.
    ///
    /// # Errors
    /// The message `error` that says why it was not run.
    pub async fn converse(&self, run: &str, origin: &str) -> Result<(Conversation, Speaker), String> {
        let (app, id) = (self.shared(), Ulid::generate().to_string());
        match try_converse(&app, run, &id, origin).await {
            Ok(Begun { execution, events, commands, .. }) => {
                Ok((Conversation { app, id, events, execution }, Speaker(Arc::new(commands))))
            }
            Err(error) => Err(message(&error, &id)),
        }
    }
}

async fn try_converse(app: &Arc<App>, run: &str, id: &str, origin: &str) -> Result<Begun, Error> {
    let (total, cap) = {
        let loaded = app.settings.borrow();
        (loaded.settings.terminal_total, loaded.settings.body_bytes)
    };
    if run.len() > cap {
        return Err(Error::BodyTooLarge { cap });
    }
    let parsed = parse_run(run.as_bytes(), Timeouts { default: total, max: total })?;
    begin(app, parsed, id, origin).await
}

impl Conversation {
    /// The execution's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Cancels the run without waiting for its end.
    pub fn cancel(&self) {
        self.app.executions.cancel(&self.id);
    }

    /// Waits for the next thing that it says. Cancel safe. A slow caller slows the program down, and one that does not call
    /// this for a minute ends it.
    pub async fn next(&mut self) -> Said {
        match self.events.recv().await {
            Some(Event::Started) => Said::Started,
            Some(Event::Stdout(text) | Event::Stderr(text)) => Said::Printed(text),
            None => Said::Ended(self.ended().await),
        }
    }

    async fn ended(&mut self) -> String {
        match self.execution.ended().await {
            Ok(response) => {
                let mut finished = Finished::from(response);
                finished.ending.files.clear();
                crate::http::websocket::conversation::json(&ServerMessage::Finished(Box::new(finished))).to_string()
            }
            Err(error) => {
                error.log();
                message(&error, &self.id)
            }
        }
    }
}

impl Speaker {
    /// Passes on any message that may follow the first one. What is typed waits while the program does not read what was typed
    /// before; a signal does not.
    ///
    /// # Errors
    /// The message `error` that says what is wrong with it.
    pub async fn say(&self, text: &str) -> Result<(), String> {
        let command = parse_command(text.as_bytes()).map_err(|error| message(&error, ""))?;
        // It fails only when the program has ended.
        let _ = self.0.send(command).await;
        Ok(())
    }
}

fn message(error: &Error, id: &str) -> String {
    crate::http::websocket::conversation::json(&ServerMessage::Error(error.body(id))).to_string()
}
