//! The entry point: the state that all runs of one service share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use crate::container::ContainerReport;
use crate::error::Error;
use crate::isolation::{Policy, SandboxReport};
use crate::job::Job;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::outcome::{Containment, Isolation, Outcome};
use crate::run;
use crate::session::{Commands, EventSink};
use crate::spawn::Spawner;
use crate::text::message::LocalizedMessage;
use crate::warm::{Pool, Refill, Warm};

/// The folders and the pool of an engine.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of the runs' folders; created if missing, private to the user.
    pub runs_folder: PathBuf,
    /// Further folders to hide from programs; created if missing, private to the user. They are hidden on Linux where
    /// namespaces are allowed, and on macOS in the sandbox.
    pub hidden: Vec<PathBuf>,
    /// How many interpreters to keep warm.
    pub warm: Warm,
}

/// Runs programs. Dropping it ends its idle interpreters without waiting; [`Engine::shutdown`] waits.
pub struct Engine {
    pool: Arc<Pool>,
}

impl Engine {
    /// Starts the launcher and removes leftovers of a crashed engine from the runs' folder.
    ///
    /// The calling program must call [`enter`](crate::sys::enter) first in its `main`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The runs' folder cannot be created, or the launcher cannot be started.
    pub fn start(config: &Config) -> Result<Self, Error> {
        let spawner = Spawner::new(&config.runs_folder, &config.hidden)?;
        Ok(Self { pool: Arc::new(Pool::new(spawner, config.warm.clone())) })
    }

    /// Runs `job` until its program exits, reaches a limit or is cancelled, and reports to `events`. `commands` are the input and
    /// the control messages of an interactive run. When this returns, no process of its tree is left. Dropping the future ends
    /// the run; its tree and then its folder are removed in the background.
    ///
    /// The caller drops the [`Refill`] when it has sent its answer.
    ///
    /// # Errors
    /// The program could not be run at all. A program that ran and failed is an [`Outcome`].
    pub async fn run(
        &self,
        job: &Arc<Job>,
        commands: Option<Commands>,
        events: &mut impl EventSink,
    ) -> Result<(Outcome, Refill), Error> {
        match job.policy().level {
            Isolation::None => {}
            Isolation::Sandbox => {
                let report = self.sandbox().await;
                if let Some(lack) = report.lack {
                    return Err(Error::NoSandbox(lack.message()));
                }
                if let (Some(_), Some(reason)) = (&job.policy().network, report.no_network()) {
                    return Err(Error::NoNetwork(reason));
                }
            }
            // The policy of an interpreter with one of these levels of its own is `Policy::NONE`.
            Isolation::Wasm => return Err(Error::NotInWasm(job.runtime().language.clone())),
            Isolation::Container => return Err(Error::NotInContainer(job.runtime().language.clone())),
        }
        self.pool.tracked(run::run(&self.pool, job, commands, events)).await
    }

    /// Keeps interpreters of `runtime` warm from now on if [`Warm`] has a fixed number for its language.
    pub fn expect(&self, runtime: &Runtime, limits: &Limits, policy: &Policy) {
        self.pool.expect(runtime, limits, &policy.clone().beside(runtime.isolation));
    }

    /// The number of idle interpreters, by language.
    pub fn waiting(&self) -> BTreeMap<String, usize> {
        self.pool.waiting()
    }

    /// Watch channel of how process trees are contained; `None` until the launcher has reported it.
    pub fn containment(&self) -> watch::Receiver<Option<Containment>> {
        self.pool.spawner().containment()
    }

    /// The sandbox's parts on this machine. The first call waits until they are known.
    pub async fn sandbox(&self) -> SandboxReport {
        self.pool.spawner().sandbox().await
    }

    /// Watch channel of the sandbox's parts on this machine; `None` until it is known.
    pub fn sandbox_report(&self) -> watch::Receiver<Option<SandboxReport>> {
        self.pool.spawner().sandbox_report()
    }

    /// The runtime that answers as Docker or Podman, if it has `image`.
    ///
    /// # Errors
    /// The reason why no program can be run in a container of that image, with the remedy.
    pub async fn container(&self, image: Option<&str>) -> Result<ContainerReport, LocalizedMessage> {
        self.pool.spawner().containers().report(image).await
    }

    /// Watch channel of the reason why the last program could not be started, unless the program itself was the cause. Cleared
    /// by the next successful start.
    pub fn trouble(&self) -> watch::Receiver<Option<LocalizedMessage>> {
        self.pool.spawner().trouble()
    }

    /// Changes how many interpreters are kept warm.
    pub fn configure(&self, warm: Warm) {
        self.pool.configure(warm);
    }

    /// Ends every run and idle interpreter, and waits until their trees are gone. Runs that are started later end at once.
    pub async fn shutdown(&self) {
        self.pool.close().await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.pool.closing().cancel();
        self.pool.spawner().containers().stop();
    }
}
