//! A program in a container: started, followed to its end, and its results fetched.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::query_parameters::{InspectContainerOptions, KillContainerOptions, UploadToContainerOptionsBuilder};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::daemon::{Daemon, Kind, failed};
use super::instance::Container;
use super::relay::{Incoming, Outgoing, forward_input, forward_output};
use super::spec::{self, WORK};
use super::usage::{Usage, measure};
use super::{results, upload};
use crate::error::Error;
use crate::job::Job;
use crate::limits::Limits;
use crate::sys::{Breach, Exit, Pipes, inner_pipes};

/// The interval between two looks at the program while its output is open.
const LOOK: Duration = Duration::from_millis(100);
/// The interval once its output has ended: most programs end with it.
const QUICK_LOOK: Duration = Duration::from_millis(10);
/// The number of quick looks; then the interval is [`LOOK`] again.
const QUICK_LOOKS: u32 = 50;
/// How often the container's use is measured.
const MEASURE: Duration = Duration::from_millis(500);
/// How long the daemon may take to answer a look, or to stop a program.
const ANSWER: Duration = Duration::from_secs(5);
/// The number of looks in a row without an answer after which the daemon counts as gone.
const MOST_SILENT: u32 = 3;
/// How long an ended program may be without an exit code: it may not have begun yet.
const UNKNOWN: Duration = Duration::from_secs(2);
/// Bytes of output that are read at once.
const CHUNK: usize = 64 << 10;
/// The name of the archive with the results, in the run's folder.
const ARCHIVE: &str = "results.tar";

/// The exit code of a program that was killed.
const KILLED: i64 = 128 + 9;

/// The signals by which Linux ends programs. An exit code above 128 stands for one.
const SIGNALS: [(i64, &str); 11] = [
    (4, "SIGILL"),
    (5, "SIGTRAP"),
    (6, "SIGABRT"),
    (7, "SIGBUS"),
    (8, "SIGFPE"),
    (9, "SIGKILL"),
    (11, "SIGSEGV"),
    (15, "SIGTERM"),
    (24, "SIGXCPU"),
    (25, "SIGXFSZ"),
    (31, "SIGSYS"),
];

/// A running program. Dropping it removes its container in the background.
pub(crate) struct ContainerRun {
    job: Arc<Job>,
    container: Option<Container>,
    kill: CancellationToken,
    ended: watch::Receiver<Option<Ended>>,
    /// The task that follows the program.
    follower: AbortHandle,
    /// Ends the tasks of its streams.
    over: CancellationToken,
    after: Option<After>,
}

/// Called when the container of a run is gone.
pub(super) type After = Box<dyn FnOnce() + Send>;

/// How a program ended.
#[derive(Debug, Clone)]
struct Ended {
    exit: Exit,
    /// Whether its container still has its files.
    has_files: bool,
}

/// Starts the program of `job` in `container`, followed by a task in `tasks`. `after` is called when the container is gone.
///
/// # Errors
/// The daemon refuses a step; the container is removed.
pub(super) async fn start(
    tasks: &TaskTracker,
    container: Container,
    job: &Arc<Job>,
    after: After,
) -> Result<(ContainerRun, Pipes), Error> {
    let daemon = Arc::clone(container.daemon());
    let refused = |error| Error::NoContainer(daemon.refused(&error));
    let archive = upload::archive(job).map_err(Error::Workspace)?;
    let options = UploadToContainerOptionsBuilder::default().path(WORK).build();
    let docker = &daemon.docker;
    // All files get into the container before the program starts.
    docker
        .upload_to_container(container.name(), Some(options), bollard::body_stream(archive))
        .await
        .map_err(refused)?;
    let exec = docker.create_exec(container.name(), spec::program(job)).await.map_err(refused)?.id;
    let options = StartExecOptions { detach: false, tty: false, output_capacity: Some(CHUNK) };
    let started = docker.start_exec(&exec, Some(options)).await.map_err(refused)?;
    let StartExecResults::Attached { output, input } = started else {
        return Err(Error::Supervisor(failed("the daemon did not attach to the program")));
    };
    let (over, quiet, kill) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
    let streams = (output, spec::has_input(job).then_some(input));
    let pipes = connect(tasks, streams, &over, &quiet).await.map_err(Error::Workspace)?;
    let follower = Follower {
        daemon,
        name: container.name().to_owned(),
        exec,
        limits: job.limits().clone(),
        kill: kill.clone(),
        quiet,
        usage: Usage::default(),
    };
    // The follower reports the end on this channel after the streams were told to finish.
    let (told, ended) = watch::channel(None);
    let finished = over.clone();
    let follow = async move {
        let end = follower.follow().await;
        finished.cancel();
        told.send_replace(Some(end));
    };
    let follower = tasks.spawn(follow).abort_handle();
    let (job, after) = (Arc::clone(job), Some(after));
    Ok((ContainerRun { job, container: Some(container), kill, ended, follower, over, after }, pipes))
}

/// Connects a program's streams to new pipes.
async fn connect(
    tasks: &TaskTracker,
    (output, input): (Outgoing, Option<Incoming>),
    over: &CancellationToken,
    quiet: &CancellationToken,
) -> io::Result<Pipes> {
    let (pipes, stdin, [stdout, stderr]) = inner_pipes().await?;
    tasks.spawn(forward_output(output, stdout, stderr, over.clone(), quiet.clone()));
    tasks.spawn(forward_input(stdin, input, over.clone()));
    Ok(pipes)
}

impl ContainerRun {
    /// Waits until the program has ended, by itself or killed. Cancel safe.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        let ended = self.ended.wait_for(Option::is_some).await.map_err(failed)?;
        ended.as_ref().map(|ended| ended.exit.clone()).ok_or_else(|| failed("the end is unknown"))
    }

    /// Starts to stop the program and all that it started.
    pub(crate) fn kill(&mut self) {
        self.kill.cancel();
    }

    /// Fetches the archive of the program's files into `folder`, and removes the container. Gives the archive's path; `None` if
    /// the files are lost. When this returns no process is left, or the daemon does not answer.
    pub(crate) async fn finish(mut self, folder: &Path) -> Option<PathBuf> {
        let container = self.container.take()?;
        let has_files = self.ended.borrow().as_ref().is_some_and(|ended| ended.has_files);
        let archive = folder.join(ARCHIVE);
        if has_files
            && let Err(error) =
                results::download(container.daemon(), container.name(), self.job.limits(), &archive).await
        {
            tracing::warn!(%error, "files of a container could not be fetched");
        }
        container.remove().await;
        if let Some(after) = self.after.take() {
            after();
        }
        has_files.then_some(archive)
    }
}

impl Drop for ContainerRun {
    fn drop(&mut self) {
        self.follower.abort();
        self.over.cancel();
    }
}

/// Follows a program to its end.
struct Follower {
    daemon: Arc<Daemon>,
    name: String,
    exec: String,
    limits: Limits,
    kill: CancellationToken,
    /// Cancelled when the program's output has ended.
    quiet: CancellationToken,
    usage: Usage,
}

/// The reason why a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The program exited, with this code if the daemon reports one.
    Itself(Option<i64>),
    /// The run killed the program.
    Killed,
    /// The CPU time reached its limit.
    Cpu,
    /// The daemon does not answer any more.
    Silence,
}

impl Follower {
    async fn follow(mut self) -> Ended {
        let kill = self.kill.clone();
        let cause = tokio::select! {
            biased;
            () = kill.cancelled() => Cause::Killed,
            cause = self.watch() => cause,
        };
        match cause {
            Cause::Itself(code) => self.ended_itself(code).await,
            Cause::Killed | Cause::Cpu => {
                let has_files = self.stop().await;
                self.measure().await;
                let breach = (cause == Cause::Cpu).then_some(Breach::Cpu);
                Ended { exit: self.exit(None, Some("SIGKILL"), breach), has_files }
            }
            Cause::Silence => Ended { exit: self.exit(None, None, Some(Breach::Daemon)), has_files: false },
        }
    }

    /// Looks at the program until it has ended.
    async fn watch(&mut self) -> Cause {
        let (mut silent, mut quick, mut measured) = (0, 0, Instant::now());
        let mut unknown_since = None;
        loop {
            self.pause(&mut quick).await;
            let asked = self.daemon.docker.inspect_exec(&self.exec);
            match timeout(ANSWER, asked).await {
                Ok(Ok(told)) if told.running == Some(true) => (silent, unknown_since) = (0, None),
                Ok(Ok(told)) if told.exit_code.is_some() => return Cause::Itself(told.exit_code),
                // Neither running nor ended: it begins, or the daemon has lost it.
                Ok(Ok(_)) if unknown_since.get_or_insert_with(Instant::now).elapsed() < UNKNOWN => {}
                Ok(Ok(_)) => return Cause::Itself(None),
                // It ended with its container, whose first process was killed.
                Ok(Err(ApiError::DockerResponseServerError { status_code: 404 | 409, .. })) => {
                    return Cause::Itself(Some(KILLED));
                }
                Ok(Err(_)) | Err(_) => silent += 1,
            }
            if silent >= MOST_SILENT {
                return Cause::Silence;
            }
            // Docker and Podman limit the CPU time of one process only, so the total is measured here.
            if measured.elapsed() >= MEASURE {
                self.measure().await;
                measured = Instant::now();
                if self.usage.cpu >= self.limits.cpu {
                    return Cause::Cpu;
                }
            }
        }
    }

    async fn pause(&self, quick: &mut u32) {
        if !self.quiet.is_cancelled() {
            tokio::select! {
                () = self.quiet.cancelled() => {}
                () = sleep(LOOK) => {}
            }
        } else if *quick < QUICK_LOOKS {
            *quick += 1;
            sleep(QUICK_LOOK).await;
        } else {
            sleep(LOOK).await;
        }
    }

    async fn ended_itself(&mut self, code: Option<i64>) -> Ended {
        self.measure().await;
        let signal =
            code.and_then(|code| SIGNALS.iter().find(|(number, _)| code == 128 + number)).map(|(_, name)| *name);
        let (is_out_of_memory, has_files) = match signal {
            Some("SIGKILL") => self.memory_end().await,
            _ => (false, true),
        };
        let code = code.filter(|_| signal.is_none()).and_then(|code| i32::try_from(code).ok());
        let breach = if is_out_of_memory {
            Some(Breach::Memory)
        } else {
            (self.usage.cpu >= self.limits.cpu).then_some(Breach::Cpu)
        };
        Ended { exit: self.exit(code, signal, breach), has_files }
    }

    /// Whether a process of the container was killed for lack of memory, and whether the container still has its files. Podman
    /// reports that only for a container that has ended.
    async fn memory_end(&self) -> (bool, bool) {
        let (is_out_of_memory, runs) = self.state().await;
        if is_out_of_memory || !runs || self.daemon.kind == Kind::Docker {
            return (is_out_of_memory, runs);
        }
        self.end().await;
        (self.state().await.0, false)
    }

    async fn state(&self) -> (bool, bool) {
        let asked = self.daemon.docker.inspect_container(&self.name, None::<InspectContainerOptions>);
        let told = timeout(ANSWER, asked).await.ok().and_then(Result::ok);
        let state = told.and_then(|told| told.state).unwrap_or_default();
        (state.oom_killed == Some(true), state.running == Some(true))
    }

    /// Stops everything in the container at once, and returns whether its files are still there.
    async fn stop(&self) -> bool {
        // The archives of Podman see the files in memory of a container that runs, not of a frozen one.
        if self.daemon.kind == Kind::Docker {
            let frozen = timeout(ANSWER, self.daemon.docker.pause_container(&self.name)).await;
            if matches!(frozen, Ok(Ok(()))) {
                return true;
            }
        }
        self.end().await;
        false
    }

    /// Ends the container's processes, whose files are lost with them.
    async fn end(&self) {
        let killed = timeout(ANSWER, self.daemon.docker.kill_container(&self.name, None::<KillContainerOptions>)).await;
        if !matches!(killed, Ok(Ok(()))) {
            tracing::warn!(name = self.name, "a container could not be killed; it is removed");
        }
    }

    async fn measure(&mut self) {
        if let Some(now) = measure(&self.daemon, &self.name).await {
            self.usage.add(now);
        }
    }

    fn exit(&self, code: Option<i32>, signal: Option<&str>, breach: Option<Breach>) -> Exit {
        let (cpu, peak_memory_bytes) = (self.usage.cpu, self.usage.memory_bytes);
        Exit { code, signal: signal.map(str::to_owned), cpu, peak_memory_bytes, breach }
    }
}
