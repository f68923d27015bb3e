//! Handing an adapter's program to the core.

use std::sync::Arc;

use runtray_engine::{Event, Job, Refill};
use runtray_wire::ExecuteResponse;
use tokio::sync::{SetOnce, mpsc};

use crate::http::error::Error;
use crate::http::from_wire::request::{Parsed, warn_of_ignored};
use crate::http::to_wire::wish;
use crate::runs::core::Core;
use crate::runs::execution::{EVENTS, Execution, Live};

/// A program that has its slot. Dropping it cancels the run.
pub(crate) struct Submitted {
    execution: Execution,
    events: mpsc::Receiver<Event>,
}

/// Starts a program for `origin` as soon as there is a slot for it.
///
/// # Errors
/// The program was not run.
pub(crate) async fn submit(core: &Core, parsed: Parsed, id: String, origin: String) -> Result<Submitted, Error> {
    if core.admission.is_closed() {
        return Err(Error::ShuttingDown);
    }
    let Parsed { language, request, isolation, network, mut ignored } = parsed;
    let wish = wish(isolation, network);
    let runtime = core.runtime_for(&language, wish).await?;
    ignored.extend(core.other_version(&language, &runtime)?);
    warn_of_ignored(&ignored);
    let job = Job::new(request, runtime)?.with_names(&id, &origin);
    let (tap, events) = mpsc::channel(EVENTS);
    let execution = core.execute(job, wish, Live { tap: Some(tap), commands: None }).await?.with_ignored(ignored);
    Ok(Submitted { execution, events })
}

impl Submitted {
    /// Is set as soon as the program has been started.
    pub(crate) fn begun(&self) -> Arc<SetOnce<()>> {
        self.execution.begun()
    }

    /// The next event; `None` when there will be no more. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The result, once [`next`](Self::next) has no more. Drop the [`Refill`] when the answer was made:
    /// then the pool is refilled.
    ///
    /// # Errors
    /// The program was not run.
    pub(crate) async fn ended(mut self) -> Result<(ExecuteResponse, Refill), Error> {
        while self.next().await.is_some() {}
        let (result, refill) = self.execution.ended().await?;
        Ok((result.into(), refill))
    }
}
