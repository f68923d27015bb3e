//! The engine: what all runs of one service share.

use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::language::Runtime;
use crate::sys::Launcher;
use crate::workspace::Workspaces;
use crate::{Error, Event, Limits, Outcome, Request, run};

/// Where an engine keeps its things.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that holds the runs' folders; made if missing, private to the user.
    pub runs_folder: PathBuf,
}

/// Runs programs. Dropping it ends every run that is left.
pub struct Engine {
    workspaces: Workspaces,
    launcher: Launcher,
}

impl Engine {
    /// Starts the process that launches runs, and sweeps what a crashed engine left in the runs' folder.
    ///
    /// The program that calls this must call [`enter`](crate::enter) first thing in its `main`. Must be called within a
    /// tokio runtime.
    ///
    /// # Errors
    /// The runs' folder cannot be made, or the launching process cannot be started.
    pub fn start(config: &Config) -> Result<Self, Error> {
        let workspaces = Workspaces::open(&config.runs_folder).map_err(Error::Workspace)?;
        let launcher = Launcher::start().map_err(Error::Supervisor)?;
        Ok(Self { workspaces, launcher })
    }

    /// Runs `request` until it ends by itself, reaches a limit or `cancel` is triggered. When this returns, its whole
    /// process tree is gone. Dropping the future ends the run too.
    ///
    /// Output goes to `events` as it is written; a slow receiver slows the program down, a closed one loses the output.
    ///
    /// # Errors
    /// The program could not be run at all. One that ran and failed is an [`Outcome`].
    pub async fn run(
        &self,
        request: &Request,
        runtime: &Runtime,
        limits: &Limits,
        events: mpsc::Sender<Event>,
        cancel: CancellationToken,
    ) -> Result<Outcome, Error> {
        run::run(&self.workspaces, &self.launcher, run::Job { request, runtime, limits }, events, cancel).await
    }
}
