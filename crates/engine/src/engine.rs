//! The engine: what all runs of one service share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::Error;
use crate::job::Job;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::outcome::{Containment, Outcome};
use crate::request::Request;
use crate::run;
use crate::session::Session;
use crate::spawn::Spawner;
use crate::warm::{Pool, Warm};

/// Where an engine keeps its things.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that holds the runs' folders; made if missing, private to the user.
    pub runs_folder: PathBuf,
    /// Folders that no program is to see, beside the runs'; made if missing, private to the user. Hidden on Linux, where namespaces
    /// are allowed.
    pub hidden: Vec<PathBuf>,
    /// The interpreters that wait ahead of their programs.
    pub warm: Warm,
}

/// Runs programs. Dropping it ends every run that is left, without waiting; [`Engine::shutdown`] waits.
pub struct Engine {
    pool: Arc<Pool>,
    runs: TaskTracker,
    end: CancellationToken,
}

impl Engine {
    /// Starts what launches runs, and sweeps what a crashed engine left in the runs' folder.
    ///
    /// The program that calls this must call [`enter`](crate::sys::enter) first thing in its `main`. Must be called within a
    /// tokio runtime.
    ///
    /// # Errors
    /// The runs' folder cannot be made, or the launching process cannot be started.
    pub fn start(config: &Config) -> Result<Self, Error> {
        let pool = Arc::new(Pool::new(Spawner::new(&config.runs_folder, &config.hidden)?, config.warm.clone()));
        Ok(Self { pool, runs: TaskTracker::new(), end: CancellationToken::new() })
    }

    /// Runs `request` until it ends by itself, reaches a limit or is cancelled through `session`. When this returns, its
    /// whole process tree is gone. Dropping the future cancels the run; its tree and folder go in the background.
    ///
    /// # Errors
    /// The program could not be run at all. One that ran and failed is an [`Outcome`].
    pub async fn run(
        &self,
        request: &Request,
        runtime: &Runtime,
        limits: &Limits,
        session: Session,
    ) -> Result<Outcome, Error> {
        request.check_entry(&runtime.entry())?;
        let job = Job { request: request.clone(), runtime: runtime.suited_to(request), limits: limits.clone() };
        let ended = self.end.child_token();
        let _dropped = ended.clone().drop_guard();
        let work = run::run(Arc::clone(&self.pool), Arc::new(job), session, ended);
        match self.runs.spawn(work).await {
            Ok(result) => result,
            Err(failed) => Err(Error::Supervisor(std::io::Error::other(failed))),
        }
    }

    /// Keeps interpreters of `runtime` waiting from now on, where [`Warm`] has a fixed number for its language. Must be called
    /// within a tokio runtime.
    pub fn expect(&self, runtime: &Runtime, limits: &Limits) {
        self.pool.expect(runtime, limits);
    }

    /// How many interpreters wait, by language.
    pub fn waiting(&self) -> BTreeMap<String, usize> {
        self.pool.waiting()
    }

    /// How programs are held together so that they end as a whole, now and whenever that changes; `None` in the first moments, until
    /// it is known.
    pub fn containment(&self) -> watch::Receiver<Option<Containment>> {
        self.pool.spawner().containment()
    }

    /// Why the last program could not be started, where that was not its own fault. `None` once one was started again.
    pub fn trouble(&self) -> Option<String> {
        self.pool.spawner().trouble()
    }

    /// Changes which interpreters wait. Must be called within a tokio runtime.
    pub fn configure(&self, warm: Warm) {
        self.pool.configure(warm);
    }

    /// Ends every run and all that waits for one, and waits until their trees are gone. Later runs are ended as they start.
    pub async fn shutdown(&self) {
        self.end.cancel();
        self.runs.close();
        self.pool.close().await;
        self.runs.wait().await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.end.cancel();
    }
}
