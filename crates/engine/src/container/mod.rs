//! The level `container`: programs in containers of Docker or Podman.
//!
//! A container belongs to one run. Its first process is `cat`, which reads a connection of the service and ends with it, so
//! the container also ends if the service is killed. The program is a second process (`exec`). One container is always started
//! ahead. Files get in and results get out by the archive interface, because Docker does not see this machine's folders
//! everywhere.
//!
//! `daemon` finds Docker or Podman, `spec` describes a container and its limits, `instance` is one container, `upload` and
//! `results` are the archives, `relay` moves the streams, `run` follows a program, and `sweep` removes the containers of a
//! crashed service; `owner` distinguishes them from the containers of other services.

mod address;
mod daemon;
mod instance;
mod owner;
mod relay;
mod results;
mod run;
mod spec;
mod sweep;
mod upload;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::error::Error;
use crate::job::Job;
use crate::limits::Limits;
use crate::outcome::OutputFile;
use crate::sys::Pipes;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;
use crate::workspace::Workspace;
use daemon::Daemon;
use instance::Container;
use owner::Owner;
pub(crate) use run::ContainerRun;

/// How long a container waits for a program.
const IDLE: Duration = Duration::from_secs(600);

/// The containers of an engine.
#[derive(Clone)]
pub(crate) struct Containers(Arc<Inner>);

struct Inner {
    owner: Owner,
    /// The connection; `None` before the first use and after an error.
    daemon: tokio::sync::Mutex<Option<Arc<Daemon>>>,
    waiting: Mutex<Option<Waiting>>,
    /// Whether a container is kept waiting.
    keeps: AtomicBool,
    /// Whether one is being started ahead.
    prepares: AtomicBool,
    /// Containers that are made, followed or removed.
    tasks: TaskTracker,
    closing: CancellationToken,
    runtime: Handle,
}

/// A started container without a program.
struct Waiting {
    image: String,
    limits: Limits,
    container: Container,
    /// Dropped with the container: ends the wait for its idle time.
    _kept: DropGuard,
}

/// The container runtime of this machine, as the doctor reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerReport {
    /// `Docker 29.3.1`, or `Podman 5.8.0`.
    pub daemon: String,
}

impl Containers {
    /// No containers yet. `folder` belongs to this engine as long as it lives. With `left_some` a dead engine had containers;
    /// they are swept in the background. Must be called within a tokio runtime.
    pub(crate) fn new(folder: PathBuf, left_some: bool) -> Self {
        let containers = Self(Arc::new(Inner {
            owner: Owner::new(folder),
            daemon: tokio::sync::Mutex::new(None),
            waiting: Mutex::new(None),
            keeps: AtomicBool::new(false),
            prepares: AtomicBool::new(false),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            runtime: Handle::current(),
        }));
        if left_some {
            let sweeping = containers.clone();
            containers.0.tasks.spawn(async move {
                // The first connection sweeps.
                if let Err(reason) = sweeping.daemon().await {
                    tracing::warn!(%reason, "containers of an earlier run may be left");
                }
            });
        }
        containers
    }

    /// Says whether a container is kept waiting from now on.
    pub(crate) fn keep(&self, keeps: bool) {
        self.0.keeps.store(keeps, Ordering::Relaxed);
        if !keeps {
            drop(self.lock().take());
        }
    }

    /// The daemon that answers on this machine.
    ///
    /// # Errors
    /// Neither Docker nor Podman can be used, it does not enforce the limits, or `image` is missing; the error says how to fix
    /// that.
    pub(crate) async fn report(&self, image: Option<&str>) -> Result<ContainerReport, LocalizedMessage> {
        let daemon = self.daemon().await?;
        daemon.check_limits()?;
        if let Some(image) = image {
            daemon.check_image(image).await?;
        }
        Ok(ContainerReport { daemon: daemon.name.clone() })
    }

    /// Starts the program of `job`, whose runtime names an image, in a container of its own.
    ///
    /// # Errors
    /// No container can be started, or the job needs something that containers do not support; the error says how to fix that.
    pub(crate) async fn start(&self, job: &Arc<Job>) -> Result<(ContainerRun, Pipes), Error> {
        let image = job.runtime().image.clone().unwrap_or_default();
        if let Some(reason) = refusal(job) {
            return Err(Error::NoContainer(reason));
        }
        let container = self.container(image, job.limits()).await.map_err(Error::NoContainer)?;
        let (containers, ended) = (self.clone(), Arc::clone(job));
        let after = Box::new(move || containers.prepare(&ended));
        let started = run::start(&self.0.tasks, container, job, after).await;
        if started.is_err() {
            // The next run connects anew.
            *self.0.daemon.lock().await = None;
        }
        started
    }

    /// Starts a container in advance for the next program with the image and limits of `job`.
    fn prepare(&self, job: &Job) {
        let Some(image) = job.runtime().image.clone() else { return };
        let limits = job.limits().clone();
        let has_one = self.lock().as_ref().is_some_and(|waiting| waiting.image == image && waiting.limits == limits);
        if has_one || !self.may_keep() || self.0.prepares.swap(true, Ordering::Relaxed) {
            return;
        }
        let containers = self.clone();
        self.0.tasks.spawn_on(containers.start_ahead(image, limits), &self.0.runtime);
    }

    /// Starts a container, and removes it when nothing has used it for long.
    async fn start_ahead(self, image: String, limits: Limits) {
        let made = self.new_container(image.clone(), limits.clone()).await;
        self.0.prepares.store(false, Ordering::Relaxed);
        let container = match made {
            Ok(container) if self.may_keep() => container,
            Ok(_) => return,
            Err(reason) => return tracing::warn!(%reason, "no container could be started ahead"),
        };
        let used = CancellationToken::new();
        let waiting = Waiting { image, limits, container, _kept: used.clone().drop_guard() };
        // The container that waited before, for another image or other limits, is removed.
        drop(self.lock().replace(waiting));
        tokio::select! {
            () = used.cancelled() => return,
            () = sleep(IDLE) => {}
            () = self.0.closing.cancelled() => {}
        }
        let mut waiting = self.lock();
        if !used.is_cancelled() {
            drop(waiting.take());
        }
    }

    fn may_keep(&self) -> bool {
        self.0.keeps.load(Ordering::Relaxed) && !self.0.closing.is_cancelled()
    }

    /// Makes no more containers, and removes the one that waits in the background.
    pub(crate) fn stop(&self) {
        self.0.closing.cancel();
        drop(self.lock().take());
    }

    /// Removes all containers. When this returns they are gone, or the daemon does not answer.
    pub(crate) async fn close(&self) {
        self.stop();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// A container that waits, if it still lives, else a new one.
    async fn container(&self, image: String, limits: &Limits) -> Result<Container, LocalizedMessage> {
        let fits = |waiting: &mut Waiting| waiting.image == image && waiting.limits == *limits;
        let waiting = self.lock().take_if(fits);
        if let Some(Waiting { container, .. }) = waiting
            && container.lives().await
        {
            return Ok(container);
        }
        self.new_container(image, limits.clone()).await
    }

    /// Makes a container in a task of its own, so that it is removed even if the caller no longer waits.
    async fn new_container(&self, image: String, limits: Limits) -> Result<Container, LocalizedMessage> {
        let containers = self.clone();
        let make = async move {
            let daemon = containers.daemon().await?;
            daemon.check_limits()?;
            daemon.check_image(&image).await?;
            let (tasks, runtime) = (containers.0.tasks.clone(), containers.0.runtime.clone());
            Container::start(daemon, &containers.0.owner, &image, &limits, tasks, runtime).await
        };
        let made = self.0.tasks.spawn(make).await;
        let made = made.unwrap_or_else(|failed| Err(daemon::refused("Runtray", &failed.to_string())));
        if made.is_err() {
            *self.0.daemon.lock().await = None;
        }
        made
    }

    /// The connection to Docker or Podman. The first connection removes the containers of dead engines.
    async fn daemon(&self) -> Result<Arc<Daemon>, LocalizedMessage> {
        let mut known = self.0.daemon.lock().await;
        if let Some(daemon) = &*known {
            return Ok(Arc::clone(daemon));
        }
        let daemon = Arc::new(Daemon::find().await?);
        sweep::sweep(&daemon, &self.0.owner).await;
        *known = Some(Arc::clone(&daemon));
        Ok(daemon)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changed files in the `archive` of a container's files, which is in the folder of `workspace`.
pub(crate) fn results(archive: &Path, job: &Job, workspace: Workspace) -> Vec<OutputFile> {
    let files = results::read(archive, job);
    drop(workspace);
    files
}

/// Why `job` cannot be run in any container; `None` if it can.
fn refusal(job: &Job) -> Option<LocalizedMessage> {
    let request = job.request();
    if request.terminal().is_some() {
        return Some(sentences::CONTAINER_TERMINAL.message());
    }
    // A named pipe has no half-closed state, so the program would never see the end of its input.
    let has_input = request.is_interactive() || !request.stdin().is_empty();
    (cfg!(windows) && has_input).then(|| sentences::CONTAINER_STDIN.message())
}
