//! Starts interpreters, with a program (cold) or before one is known (prestart).

#[cfg(any(windows, test))]
mod app_container;
pub(crate) mod barrier;
mod environment;
mod grants;
mod running;
mod sealed;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::container::Containers;
use crate::error::Error;
use crate::isolation::{Lack, Policy, SandboxReport};
use crate::job::Job;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::outcome::{Containment, Isolation};
use crate::request::Request;
use crate::session::TerminalSize;
use crate::sys::{Launch, Launcher, Pipes, RunFolders};
use crate::text::message::LocalizedMessage;
use crate::workspace::{self, HiddenFolders, Workspace, Workspaces};
#[cfg(windows)]
pub use app_container::sandbox_access;
use barrier::Barrier;
pub(crate) use running::Running;

/// A request of at most so many bytes is written to disk without a blocking thread.
const QUICK_BYTES: usize = 64 << 10;
/// And with at most so many files.
const QUICK_FILES: usize = 4;

/// How long the launcher may take to report the abilities of this machine.
const PATIENCE: Duration = Duration::from_secs(12);

/// The folder of the interpreter's shims, below the run's folder.
const SHIMS: &str = "bin";

/// Starts interpreters.
#[derive(Clone)]
pub(crate) struct Spawner {
    /// Keeps the barriers' start-up files open. Dropped before the folder that they are in.
    _barrier_files: Arc<Vec<File>>,
    workspaces: Workspaces,
    launcher: Arc<Launcher>,
    containers: Containers,
    /// Folders that are hidden from programs.
    hidden: Arc<HiddenFolders>,
}

/// A started interpreter in its own folder.
pub(crate) struct Spawned {
    pub(crate) tree: Running,
    pub(crate) pipes: Pipes,
    /// Dropped after the tree.
    pub(crate) workspace: Workspace,
    /// The barrier it waits at, if it was started without a program.
    pub(crate) barrier: Option<Barrier>,
}

impl Spawner {
    /// Claims the runs' folder, removes leftovers of a crashed engine there, and starts the launcher. Must be called within a
    /// tokio runtime.
    pub(crate) fn new(runs_folder: &Path, hidden: &[PathBuf]) -> Result<Self, Error> {
        if let Some(excess) = workspace::excess(runs_folder).filter(|_| cfg!(windows)) {
            return Err(Error::LongFolder { folder: runs_folder.display().to_string(), excess });
        }
        let workspaces = Workspaces::open(runs_folder).map_err(Error::Workspace)?;
        let barriers = Arc::new(barrier::prepare(workspaces.shared()).map_err(Error::Workspace)?);
        let launcher = Arc::new(Launcher::start().map_err(Error::Supervisor)?);
        let hidden = Arc::new(HiddenFolders::open(hidden.iter().cloned().chain([runs_folder.to_path_buf()])));
        let containers = Containers::new(workspaces.shared().to_path_buf(), workspaces.left_containers());
        Ok(Self { _barrier_files: barriers, workspaces, launcher, containers, hidden })
    }

    /// Watch channel of how process trees are contained; `None` until it is known.
    pub(crate) fn containment(&self) -> watch::Receiver<Option<Containment>> {
        self.launcher.containment()
    }

    /// Watch channel of the sandbox's parts on this machine; `None` until it is known.
    pub(crate) fn sandbox_report(&self) -> watch::Receiver<Option<SandboxReport>> {
        self.launcher.sandbox()
    }

    /// The sandbox's parts on this machine; waits until they are known.
    pub(crate) async fn sandbox(&self) -> SandboxReport {
        let mut known = self.sandbox_report();
        let report = timeout(PATIENCE, known.wait_for(Option::is_some)).await;
        let report = report.ok().and_then(Result::ok).and_then(|report| report.clone());
        report.unwrap_or_else(|| SandboxReport::lacking(Lack::Silent))
    }

    /// Watch channel of the reason why the last program could not be started, unless the program itself was the cause.
    pub(crate) fn trouble(&self) -> watch::Receiver<Option<LocalizedMessage>> {
        self.launcher.trouble()
    }

    /// The containers of Docker or Podman.
    pub(crate) fn containers(&self) -> &Containers {
        &self.containers
    }

    /// Starts the interpreter of `job` with its program.
    pub(crate) async fn cold(&self, job: &Arc<Job>) -> Result<Spawned, Error> {
        if job.runtime().image.is_some() {
            // The run's folder takes the archive of the results.
            let workspace = self.workspaces.reserve(&job.runtime().entry()).map_err(Error::Workspace)?;
            let (run, pipes) = self.containers.start(job).await?;
            return Ok(Spawned { tree: Running::Container(run), pipes, workspace, barrier: None });
        }
        let (workspaces, given) = (self.workspaces.clone(), job.clone());
        let made = on_disk(job.request(), move || workspaces.create(given.request(), &given.runtime().entry()));
        let workspace = made.await.map_err(Error::Workspace)?;
        self.start(job.runtime(), job.limits(), job.policy(), job.request(), workspace, None).await
    }

    /// Starts the interpreter of `runtime` without a program, at a barrier. A terminal gets its size with the program.
    pub(crate) async fn prestart(
        &self,
        runtime: &Runtime,
        limits: &Limits,
        policy: &Policy,
        terminal: bool,
    ) -> Result<Spawned, Error> {
        let workspace = self.workspaces.reserve(&runtime.entry()).map_err(Error::Workspace)?;
        let barrier = Barrier::new(&workspace.program()).map_err(Error::Workspace)?;
        // Eligible requests have no arguments and variables of their own, so an empty request starts the same interpreter.
        let unknown = Request::new("", Duration::ZERO);
        let unknown = if terminal { unknown.with_terminal(TerminalSize::USUAL) } else { unknown };
        self.start(runtime, limits, policy, &unknown, workspace, Some(barrier)).await
    }

    async fn start(
        &self,
        runtime: &Runtime,
        limits: &Limits,
        policy: &Policy,
        request: &Request,
        workspace: Workspace,
        barrier: Option<Barrier>,
    ) -> Result<Spawned, Error> {
        let (home, hidden) = (std::env::home_dir(), self.hidden.paths());
        let is_closed = policy.level == Isolation::Sandbox;
        let grants = is_closed.then(|| grants::of(policy, runtime, home.as_deref(), &hidden));
        // A grant must open neither the service's folders nor an interpreter to programs.
        if let Some(grants) = &grants
            && let Some(reason) = grants::refusal(grants, &hidden, self.sandbox().await.closes_parts())
        {
            return Err(Error::NoSandbox(reason));
        }
        // On Linux the supervisor decides whether they are needed.
        let in_sight = if cfg!(target_os = "linux") { &[][..] } else { &runtime.args_in_sight };
        let mut args = [in_sight, &runtime.args].concat();
        args.push(workspace.entry().into());
        args.extend(request.args().iter().map(OsString::from));
        // Later variables replace earlier ones: ours, the terminal's, the activation's, the request's.
        let base = environment::base(&workspace.folder(), &workspace.temporary());
        let base = if request.terminal().is_some() { environment::with_terminal(base) } else { base };
        let shims = workspace.root().join(SHIMS);
        runtime.activation.write_shims(&shims).map_err(Error::Workspace)?;
        let base = environment::activate(base, &runtime.activation, &shims);
        let base = match policy.level {
            Isolation::Sandbox => environment::without_home(base, &workspace.temporary()),
            Isolation::None | Isolation::Wasm | Isolation::Container => base,
        };
        let mut env = environment::merge(base, request.env());
        // A sealed interpreter gets only the system's own variables; the program's have a prefix.
        if runtime.is_sealed {
            args.splice(..0, sealed::arguments(limits.memory_bytes));
            env = sealed::environment(environment::of_process(), env, &workspace.temporary());
        }
        // A prestarted interpreter finds its barrier by a variable.
        if let (Some(barrier), Some(prestart)) = (&barrier, runtime.prestart) {
            env.extend(barrier::environment(barrier, prestart, self.workspaces.shared()));
        }
        #[cfg(windows)]
        if let Some(grants) = &grants {
            env = app_container::prepare(runtime, grants, env, &workspace)?;
        }
        let launch = Launch {
            program: &runtime.path,
            args: &args,
            env: &env,
            folder: &workspace.folder(),
            folders: RunFolders {
                root: workspace.root(),
                temporary: &workspace.temporary(),
                args_in_sight: &runtime.args_in_sight,
                hidden: &hidden,
            },
            sandbox: grants.as_ref(),
            limits,
            waits: barrier.is_some(),
            terminal: request.terminal(),
        };
        let (tree, pipes) = self.launcher.launch(&launch).await.map_err(|source| not_run(source, runtime))?;
        Ok(Spawned { tree: Running::Tree(tree), pipes, workspace, barrier })
    }
}

/// Does `work`, which writes `request` to disk; on a blocking thread if that may take long.
pub(crate) async fn on_disk<T: Send + 'static>(
    request: &Request,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let bytes: usize = request.files().iter().map(|file| file.content.len()).sum();
    if bytes + request.source().len() <= QUICK_BYTES && request.files().len() <= QUICK_FILES {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|failed| Err(io::Error::other(failed)))
}

/// An error with an OS error number is about the program; any other is about the launcher or the supervisor.
pub(crate) fn not_run(source: io::Error, runtime: &Runtime) -> Error {
    match source.raw_os_error() {
        Some(_) => Error::Start { program: runtime.path.display().to_string(), source },
        None => Error::Supervisor(source),
    }
}
