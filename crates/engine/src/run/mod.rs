//! The loop of one run: start, output, input, limits, cancel, end.

mod activity;
mod classify;
mod decode;
mod denied;
mod elsewhere;
mod input;
mod output;

use std::future::pending;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use scopeguard::ScopeGuard;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::container;
use crate::error::Error;
use crate::job::Job;
use crate::outcome::{Event, Outcome};
use crate::request::Request;
use crate::session::{Commands, EventSink, Signal};
use crate::spawn::barrier::Barrier;
use crate::spawn::{self, Running, Spawned};
use crate::sys::{Exit, OpenFiles, Pipes};
use crate::warm::{Pool, Refill};
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

/// Our ends of a tree's streams, the barrier it waits at, and the input of its client.
struct Streams {
    pipes: Pipes,
    barrier: Option<Barrier>,
    commands: Option<Commands>,
}

/// Runs `job`, and refills the pool if it takes long.
pub(crate) async fn run(
    pool: &Arc<Pool>,
    job: &Arc<Job>,
    commands: Option<Commands>,
    events: &mut impl EventSink,
) -> Result<(Outcome, Refill), Error> {
    let mut refill = Refill::after(pool, job);
    let outcome = {
        let run = run_to_end(pool, job, commands, events);
        tokio::pin!(run);
        tokio::select! {
            biased;
            outcome = &mut run => outcome,
            () = refill.after_head_start() => run.await,
        }
    };
    Ok((outcome?, refill))
}

/// Runs `job` in its own folder, in an idle interpreter or a new one.
async fn run_to_end(
    pool: &Arc<Pool>,
    job: &Arc<Job>,
    commands: Option<Commands>,
    events: &mut impl EventSink,
) -> Result<Outcome, Error> {
    let timeout = job.request().timeout();
    let ends = Ends { deadline: Instant::now() + timeout.max(STARTING), cancels: [job.cancel(), pool.closing()] };
    // The start has a deadline of its own, and a cancelled run is not started.
    let started = tokio::select! {
        biased;
        cause = ends.come() => Err(cause),
        started = start(pool, job) => Ok(started?),
    };
    let Spawned { tree, pipes, workspace, barrier } = match started {
        Ok(started) => started,
        Err(cause) => {
            events.put(Event::Started).await;
            return Ok(classify::outcome(Exit::never_started(), Some(cause), job, Duration::ZERO));
        }
    };
    let (warm, containment) = (barrier.is_some(), Some(tree.containment()));
    // If this future is dropped, the tree still ends, and then its folder is deleted.
    let mut contained = scopeguard::guard((tree, workspace), |(tree, workspace)| pool.end(tree, workspace));
    events.put(Event::Started).await;
    let began = Instant::now();
    let output = Output::new(job.limits().output_bytes);
    // The program's own time starts now, not when its interpreter was requested.
    let ends = Ends { deadline: began + timeout, ..ends };
    let (tree, workspace) = &mut *contained;
    let streams = Streams { pipes, barrier, commands };
    let (exit, cause) = attend(tree, streams, job, workspace, &output, ends, events)
        .await
        .map_err(|source| spawn::not_run(source, job.runtime()))?;
    let duration = began.elapsed();
    let (tree, workspace) = ScopeGuard::into_inner(contained);
    let archive = tree.finish(&workspace).await;
    let mut outcome = Outcome { warm, containment, ..classify::outcome(exit, cause, job, duration) };
    // If the sandbox or a missing module explains the failure, the outcome says so.
    let tail = output.into_tail();
    let denied = denied::reason(outcome.status, &tail, job.policy(), &job.runtime().trees, workspace.root());
    let advice = match denied {
        Some(denied) => Some(denied),
        None => elsewhere::reason(outcome.status, &tail, job).await,
    };
    outcome.reason = outcome.reason.or(advice.map(|message| message.to_string()));
    Ok(collect(job, workspace, archive, outcome).await)
}

/// An idle interpreter for `job`, else a new one. Nothing of the program has run when this returns; dropping the future ends the
/// started interpreter.
async fn start(pool: &Pool, job: &Arc<Job>) -> Result<Spawned, Error> {
    match pool.take(job).await {
        Some(idle) => Ok(idle),
        None => pool.spawner().cold(job).await,
    }
}

/// The causes that end a run from outside.
struct Ends<'a> {
    deadline: Instant,
    /// The cancel tokens of the job and of the whole engine.
    cancels: [&'a CancellationToken; 2],
}

impl Ends<'_> {
    /// Waits for the first of them.
    async fn come(&self) -> Cause {
        let [job, engine] = self.cancels;
        tokio::select! {
            () = sleep_until(self.deadline) => Cause::Deadline,
            () = job.cancelled() => Cause::Cancelled,
            () = engine.cancelled() => Cause::Cancelled,
        }
    }
}

/// Moves input and output until the tree is gone and its pipes are empty. A reader that does not take the rest within `DRAIN`
/// loses it, so that it cannot occupy a slot for ever.
async fn attend(
    tree: &mut Running,
    Streams { pipes, barrier, commands }: Streams,
    job: &Job,
    workspace: &Workspace,
    output: &Output,
    ends: Ends<'_>,
    events: &mut impl EventSink,
) -> io::Result<(Exit, Option<Cause>)> {
    let Pipes { stdin, stdout, stderr, terminal } = pipes;
    let has_terminal = terminal.is_some();
    let streams = output.forward(stdout, stderr, has_terminal, job.runtime().announces, events);
    let (asks, signals) = mpsc::channel(SIGNALS);
    let write_stdin = async {
        let typed = job.request().stdin();
        // A prestarted interpreter reads its program first; input before that would wait in the pipe anyway.
        open(barrier, job.request()).await;
        match commands {
            Some(commands) => {
                let mut input = InteractiveInput::new(stdin, terminal, typed.clone(), asks, &output.activity);
                input.forward(commands).await;
                // A client that is gone has not ended the input: its program must be killed before it reads an end of file.
                pending::<()>().await;
            }
            None => write_stdin(stdin, typed).await,
        }
    };
    tokio::pin!(streams, write_stdin);
    let supervise = supervise(tree, job, workspace, output, ends, signals);
    tokio::pin!(supervise);
    // The end of the tree decides: a closed input or output alone ends nothing.
    let (mut drained, mut fed) = (false, false);
    let ended = loop {
        tokio::select! {
            ended = &mut supervise => break ended,
            () = &mut streams, if !drained => drained = true,
            () = &mut write_stdin, if !fed => fed = true,
        }
    };
    output.end();
    // Output that was printed before the end is still delivered.
    if !drained && timeout(DRAIN, streams).await.is_err() {
        tracing::warn!("the reader of a run did not take the rest of its output");
    }
    ended
}

/// Waits for the tree to end, and kills it if there is a cause.
async fn supervise(
    tree: &mut Running,
    job: &Job,
    workspace: &Workspace,
    output: &Output,
    ends: Ends<'_>,
    mut signals: mpsc::Receiver<Signal>,
) -> io::Result<(Exit, Option<Cause>)> {
    let full = folder_is_full(workspace, tree.open_files(), job.limits().folder_bytes);
    let idle = output.activity.quiet_for(job.request().idle_limit());
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
    // A cause was found: end the tree, and wait until nothing of it is left.
    tree.kill();
    Ok((tree.wait().await?, Some(cause)))
}

/// Returns once the files of the run, deleted but open ones included, exceed `most` bytes. Never for a container (`None`).
async fn folder_is_full(workspace: &Workspace, open_files: Option<OpenFiles>, most: u64) {
    let Some(open_files) = open_files else { return pending().await };
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
async fn write_stdin(mut stdin: impl AsyncWrite + Unpin, bytes: &[u8]) {
    let _ = stdin.write_all(bytes).await;
    let _ = stdin.shutdown().await;
}

/// Adds the files of the run to its outcome: the files in its folder, or in a container's `archive`.
async fn collect(job: &Arc<Job>, workspace: Workspace, archive: Option<PathBuf>, outcome: Outcome) -> Outcome {
    if archive.is_none() && workspace.is_untouched(job.request()) {
        return outcome;
    }
    let job = Arc::clone(job);
    let read = move || match archive {
        // The folder, with the archive in it, is deleted afterwards.
        Some(archive) => container::results(&archive, &job, workspace),
        None => workspace.results(job.request(), job.limits()),
    };
    let files = tokio::task::spawn_blocking(read).await;
    Outcome { files: files.unwrap_or_default(), ..outcome }
}
