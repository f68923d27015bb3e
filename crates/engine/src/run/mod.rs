//! The loop of one run: start, output, input, limits, cancel, end.

mod activity;
mod classify;
mod decode;
mod denied;
mod input;
mod output;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::job::Job;
use crate::outcome::{Event, Outcome};
use crate::request::Request;
use crate::session::{Commands, Session, Signal};
use crate::spawn::barrier::Barrier;
use crate::spawn::{self, Spawned};
use crate::sys::{Exit, OpenFiles, Pipes, Tree};
use crate::warm::Pool;
use crate::workspace::{self, Workspace};
use classify::Cause;
use input::InteractiveInput;
use output::Output;

/// How often the size of the run's folder is measured; shorter runs never pay for it.
const FOLDER_CHECK: Duration = Duration::from_millis(250);
/// Capacity of the channel for signals; a burst beyond it is dropped.
const SIGNALS: usize = 8;
/// The least time for starting an interpreter, even if the program's own time limit is shorter: a loaded machine is slow, and
/// the program's time starts afterwards.
const STARTING: Duration = Duration::from_secs(5);
/// How long a reader of events may take, after the tree is gone, to receive the rest of the output.
const DRAIN: Duration = Duration::from_secs(10);

/// Our ends of a tree's streams, and the barrier it waits at.
struct Streams {
    pipes: Pipes,
    barrier: Option<Barrier>,
}

/// Runs `job` in its own folder, in an idle interpreter or a new one. The run ends early when `session` or `ended` is
/// cancelled.
pub(crate) async fn run(
    pool: Arc<Pool>,
    job: Arc<Job>,
    session: Session,
    ended: CancellationToken,
) -> Result<Outcome, Error> {
    let Session { events, commands, cancel } = session;
    // Cancelled when this function returns, however it does: the pool then knows that the run is over and refills.
    let over = CancellationToken::new();
    let _over = over.clone().drop_guard();
    let ends = Ends { deadline: Instant::now() + job.request.timeout().max(STARTING), cancels: [cancel, ended] };
    let started = tokio::select! {
        biased;
        cause = ends.come() => Err(cause),
        started = start(&pool, &job, over) => Ok(started?),
    };
    let _ = events.send(Event::Started).await;
    let started = match started {
        Ok(started) => started,
        Err(cause) => return Ok(classify::outcome(Exit::never_started(), Some(cause), &job, Duration::ZERO)),
    };
    let (warm, workspace, containment) =
        (started.barrier.is_some(), started.workspace, Some(started.tree.containment()));
    let (mut tree, streams) = (started.tree, Streams { pipes: started.pipes, barrier: started.barrier });
    let began = Instant::now();
    let output = Output::new(events, job.limits.output_bytes);
    // The program's own time starts now, not when its interpreter was requested.
    let ends = Ends { deadline: began + job.request.timeout(), ..ends };
    let (exit, cause) = attend(&mut tree, streams, &job, &workspace, &output, ends, commands)
        .await
        .map_err(|source| spawn::not_run(source, &job.runtime))?;
    let duration = began.elapsed();
    // Closes the channel of events: the outcome comes after the last of them.
    let tail = output.into_tail();
    let mut outcome = Outcome { warm, containment, ..classify::outcome(exit, cause, &job, duration) };
    let denied = denied::reason(outcome.status, &tail, &job.policy, &job.runtime.trees, workspace.root());
    outcome.reason = outcome.reason.or(denied.map(|said| said.to_string()));
    Ok(collect(job, workspace, outcome).await)
}

/// An idle interpreter for `job`, else a new one. Nothing of the program has run when this returns; dropping the future ends
/// what was started.
async fn start(pool: &Arc<Pool>, job: &Arc<Job>, over: CancellationToken) -> Result<Spawned, Error> {
    match pool.take(job, over).await {
        Some(idle) => Ok(idle),
        None => pool.spawner().cold(job).await,
    }
}

/// What ends a run from outside.
struct Ends {
    deadline: Instant,
    cancels: [CancellationToken; 2],
}

impl Ends {
    /// Waits for the first of them.
    async fn come(&self) -> Cause {
        let [cancel, ended] = &self.cancels;
        tokio::select! {
            () = sleep_until(self.deadline) => Cause::Deadline,
            () = cancel.cancelled() => Cause::Cancelled,
            () = ended.cancelled() => Cause::Cancelled,
        }
    }
}

/// Moves input and output until the tree is gone and its pipes are empty. A reader that does not take the rest within `DRAIN`
/// loses it, so that it cannot occupy a slot for ever.
async fn attend(
    tree: &mut Tree,
    Streams { pipes, barrier }: Streams,
    job: &Job,
    workspace: &Workspace,
    output: &Output,
    ends: Ends,
    commands: Option<Commands>,
) -> io::Result<(Exit, Option<Cause>)> {
    let Pipes { stdin, stdout, stderr, terminal } = pipes;
    let has_terminal = terminal.is_some();
    let streams = output.forward(stdout, stderr, has_terminal, job.runtime.announces);
    let (asks, signals) = mpsc::channel(SIGNALS);
    let feed = async {
        let typed = job.request.stdin();
        // A prestarted interpreter reads its program first; input before that would wait in the pipe anyway.
        open(barrier, &job.request).await;
        match commands {
            Some(commands) => {
                InteractiveInput::new(stdin, terminal, typed, asks, &output.activity).forward(commands).await;
            }
            None => feed(stdin, typed).await,
        }
    };
    tokio::pin!(streams, feed);
    let supervise = supervise(tree, job, workspace, output, ends, signals);
    tokio::pin!(supervise);
    let (mut drained, mut fed) = (false, false);
    let ended = loop {
        tokio::select! {
            ended = &mut supervise => break ended,
            () = &mut streams, if !drained => drained = true,
            () = &mut feed, if !fed => fed = true,
        }
    };
    output.over.cancel();
    if !drained && timeout(DRAIN, streams).await.is_err() {
        tracing::warn!("the reader of a run did not take the rest of its output");
    }
    ended
}

/// Waits for the tree to end, and kills it if there is a cause.
async fn supervise(
    tree: &mut Tree,
    job: &Job,
    workspace: &Workspace,
    output: &Output,
    ends: Ends,
    mut signals: mpsc::Receiver<Signal>,
) -> io::Result<(Exit, Option<Cause>)> {
    let full = folder_is_full(workspace, tree.open_files(), job.limits.folder_bytes);
    let idle = output.activity.quiet_for(job.request.idle_limit());
    tokio::pin!(full, idle);
    let cause = loop {
        tokio::select! {
            // The tree first: a program that ended at the deadline has ended by itself.
            biased;
            exit = tree.wait() => return Ok((exit?, None)),
            cause = ends.come() => break cause,
            () = output.flooded.notified() => break Cause::Output,
            () = &mut full => break Cause::Folder,
            () = &mut idle => break Cause::Idle,
            Some(signal) = signals.recv() => if signal == Signal::Kill || !tree.signal(signal) {
                break Cause::Cancelled;
            },
        }
    };
    tree.kill();
    Ok((tree.wait().await?, Some(cause)))
}

/// Returns once the files of the run, deleted but open ones included, exceed `most` bytes.
async fn folder_is_full(workspace: &Workspace, open_files: OpenFiles, most: u64) {
    loop {
        sleep(FOLDER_CHECK).await;
        let root = workspace.root().to_path_buf();
        let size =
            tokio::task::spawn_blocking(move || workspace::size(&root, most) + open_files.unlinked_bytes(&root)).await;
        if size.is_ok_and(|size| size > most) {
            return;
        }
    }
}

/// Releases an idle interpreter into its program.
async fn open(barrier: Option<Barrier>, request: &Request) {
    if let Some(barrier) = barrier
        && let Err(error) = barrier.release(request.source()).await
    {
        tracing::warn!(%error, "an idle interpreter did not take its program");
    }
}

/// Writes the program's standard input. A program that does not read it, or ends first, is not an error.
async fn feed(mut stdin: impl AsyncWrite + Unpin, bytes: &[u8]) {
    let _ = stdin.write_all(bytes).await;
    let _ = stdin.shutdown().await;
}

async fn collect(job: Arc<Job>, workspace: Workspace, outcome: Outcome) -> Outcome {
    if workspace.is_untouched(&job.request) {
        return outcome;
    }
    let files = tokio::task::spawn_blocking(move || workspace.results(&job.request, &job.limits)).await;
    Outcome { files: files.unwrap_or_default(), ..outcome }
}
