//! The Console's program. It belongs to this process, not to the window: a window that is closed, reloaded or crashed ends no
//! program, and the next one shows the output in between.
//!
//! There is one program at a time. Its output goes into a bounded [`Scrollback`]; a window reads from there at its own pace
//! ([`Follower`](super::Follower)), so a window that hangs does not block the program.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runtray_service::{InteractiveEvent, InteractiveInput, InteractiveRun, Service};
use runtray_wire::{ErrorBody, Finished};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::scrollback::Scrollback;

use crate::model::{ConsoleEnd, ConsoleState, Failure};
use crate::sentences;

/// The origin of the window's programs in the log. No web page can have it: origins of pages have a scheme.
pub(crate) const ORIGIN: &str = "Runtray Console";

/// The Console's program and its output. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Console(Arc<Shared>);

#[derive(Default)]
struct Shared {
    session: Mutex<Session>,
    /// Notified after each change of the session.
    changes: watch::Sender<()>,
}

/// The present program, or the last one.
#[derive(Default)]
pub(super) struct Session {
    /// The number of earlier programs.
    pub(super) number: u64,
    pub(super) state: ConsoleState,
    pub(super) ended: Option<ConsoleEnd>,
    pub(super) scrollback: Scrollback,
    pub(super) input: Option<InteractiveInput>,
    pub(super) cancel: CancellationToken,
}

impl Session {
    fn is_active(&self) -> bool {
        matches!(self.state, ConsoleState::Starting | ConsoleState::Running)
    }
}

impl Console {
    /// Starts the program of a WebSocket's first message; it continues after this returns.
    ///
    /// # Errors
    /// Another program is running. If the program cannot run, its session ends with that error.
    pub(crate) async fn run(&self, service: Option<Service>, message: &str) -> Result<(), Failure> {
        let cancel = self.begin()?;
        let begun = async {
            match service {
                Some(service) => service.run_interactive(message, ORIGIN).await.map_err(Failure::from),
                None => Err(not_running()),
            }
        };
        // The program can be killed already while it waits for its slot.
        match cancel.run_until_cancelled(begun).await {
            Some(Ok((conversation, input))) => {
                self.change(|session| session.input = Some(input));
                tokio::spawn(self.clone().carry(conversation, cancel));
            }
            Some(Err(failure)) => self.end(Some(ConsoleEnd::Refused(failure))),
            None => self.end(None),
        }
        Ok(())
    }

    /// Sends the program a message that may follow the first one.
    ///
    /// # Errors
    /// The message is invalid. A message to a program that has ended is dropped.
    pub(crate) async fn say(&self, message: &str) -> Result<(), Failure> {
        let input = self.lock().input.clone();
        match input {
            Some(input) => Ok(input.send(message).await?),
            None => Ok(()),
        }
    }

    /// Kills the program, if one runs.
    pub(crate) fn kill(&self) {
        self.lock().cancel.cancel();
    }

    /// Whether a program runs or is about to.
    pub(crate) fn is_active(&self) -> bool {
        self.lock().is_active()
    }

    /// Watch channel that fires for every change that a window shows.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    fn begin(&self) -> Result<CancellationToken, Failure> {
        let mut session = self.lock();
        if session.is_active() {
            return Err(Failure::new("console_busy", &sentences::CONSOLE_BUSY.message()));
        }
        *session = Session { number: session.number + 1, state: ConsoleState::Starting, ..Session::default() };
        let cancel = session.cancel.clone();
        drop(session);
        self.0.changes.send_replace(());
        Ok(cancel)
    }

    /// Stores the program's output as it arrives, until the program ends.
    async fn carry(self, mut conversation: InteractiveRun, cancel: CancellationToken) {
        let mut is_cancelled = false;
        loop {
            let event = tokio::select! {
                event = conversation.next() => event,
                () = cancel.cancelled(), if !is_cancelled => {
                    is_cancelled = true;
                    conversation.cancel();
                    continue;
                }
            };
            match event {
                InteractiveEvent::Started => self.change(|session| session.state = ConsoleState::Running),
                InteractiveEvent::Printed(text) => self.change(|session| session.scrollback.push(&text)),
                InteractiveEvent::Ended(ended) => return self.end(Some(how(ended))),
            }
        }
    }

    fn end(&self, ended: Option<ConsoleEnd>) {
        self.change(|session| {
            session.state = ConsoleState::Ended;
            session.ended = ended;
            session.input = None;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Session)) {
        change(&mut self.lock());
        self.0.changes.send_replace(());
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a program ended, as the window is told.
fn how(ended: Result<Box<Finished>, ErrorBody>) -> ConsoleEnd {
    ended.map_or_else(|error| ConsoleEnd::Refused(error.into()), ConsoleEnd::Finished)
}

/// Runs a program of the log again, with `message` as the first one: without a terminal and further input. It belongs to the app
/// like the Console's program, and is logged. Gives its id.
///
/// # Errors
/// The program could not be started.
/// It was not run.
pub(crate) async fn run_again(service: Option<Service>, message: &str) -> Result<String, Failure> {
    let service = service.ok_or_else(not_running)?;
    let (mut conversation, input) = service.run_interactive(message, ORIGIN).await?;
    // Dropping the last sender ends the input, which is complete.
    drop(input);
    let id = conversation.id().to_owned();
    let (started, has_started) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut started = Some(started);
        loop {
            let event = conversation.next().await;
            if let Some(started) = started.take() {
                // The receiver is gone if the window was closed.
                let _ = started.send(event.clone());
            }
            if let InteractiveEvent::Ended(_) = event {
                return;
            }
        }
    });
    match has_started.await {
        Ok(InteractiveEvent::Ended(Err(error))) => Err(error.into()),
        _ => Ok(id),
    }
}

/// The failure of a service that is not running.
fn not_running() -> Failure {
    Failure::new("not_running", &sentences::CONSOLE_NOT_RUNNING.message())
}
