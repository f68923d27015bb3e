//! The one loop of a run: start, output, wait, deadline, cancel, end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::decode::Text;
use crate::gate::Gate;
use crate::language::Runtime;
use crate::pool::Pool;
use crate::start;
use crate::sys::{Exit, Pipes, Tree};
use crate::verdict::{self, Cause};
use crate::workspace::{self, Workspace};
use crate::{Error, Event, Limits, Outcome, Request};

/// Bytes read from a stream at once: what a Linux pipe holds.
const CHUNK: usize = 64 << 10;
/// How often the size of the run's folder is looked at; runs shorter than this never pay for it.
const FOLDER_CHECK: Duration = Duration::from_millis(250);
/// What a reader of events gets, after the tree is gone, to take what is still in the pipes.
const DRAIN: Duration = Duration::from_secs(10);

/// What to run.
pub(crate) struct Job {
    pub(crate) request: Request,
    pub(crate) runtime: Runtime,
    pub(crate) limits: Limits,
}

/// The ways between us and a tree.
struct Streams {
    pipes: Pipes,
    gate: Option<Gate>,
}

/// Runs `job` in a folder of its own, in an interpreter that waits for it or in a new one; any of `cancels` ends it.
pub(crate) async fn run(
    pool: Arc<Pool>,
    job: Arc<Job>,
    events: mpsc::Sender<Event>,
    cancels: [CancellationToken; 2],
) -> Result<Outcome, Error> {
    let started = match pool.take(&job).await {
        Some(spare) => spare,
        None => pool.starter().cold(&job).await?,
    };
    let (warm, workspace) = (started.gate.is_some(), started.workspace);
    let (mut tree, streams) = (started.tree, Streams { pipes: started.pipes, gate: started.gate });
    let began = Instant::now();
    let _ = events.send(Event::Started).await;
    let output = Output { events, written: AtomicU64::new(0), most: job.limits.output_bytes, flooded: Notify::new() };
    let (exit, cause) = attend(&mut tree, streams, &job, &workspace, &output, &cancels, began)
        .await
        .map_err(|source| start::not_run(source, &job.runtime))?;
    let duration = began.elapsed();
    drop(output);
    let outcome = Outcome { warm, ..verdict::outcome(exit, cause, &job, duration) };
    Ok(collect(job, workspace, outcome).await)
}

/// Moves input and output until the tree is gone and its pipes are empty. A reader that does not take what is left within
/// `DRAIN` loses it, so that it cannot hold a slot for ever.
async fn attend(
    tree: &mut Tree,
    Streams { pipes, gate }: Streams,
    job: &Job,
    workspace: &Workspace,
    output: &Output,
    cancels: &[CancellationToken; 2],
    began: Instant,
) -> io::Result<(Exit, Option<Cause>)> {
    let streams = async {
        tokio::join!(output.forward(pipes.stdout, Event::Stdout), output.forward(pipes.stderr, Event::Stderr));
    };
    let feed = feed(gate, pipes.stdin, &job.request);
    tokio::pin!(streams, feed);
    let supervise = supervise(tree, job, workspace, output, cancels, began);
    tokio::pin!(supervise);
    let (mut drained, mut fed) = (false, false);
    let ended = loop {
        tokio::select! {
            ended = &mut supervise => break ended,
            () = &mut streams, if !drained => drained = true,
            () = &mut feed, if !fed => fed = true,
        }
    };
    if !drained && timeout(DRAIN, streams).await.is_err() {
        tracing::warn!("the reader of a run's output did not take what was left of it");
    }
    ended
}

/// Waits for the end of the tree, and brings it about when there is cause.
async fn supervise(
    tree: &mut Tree,
    job: &Job,
    workspace: &Workspace,
    output: &Output,
    [cancel, ended]: &[CancellationToken; 2],
    began: Instant,
) -> io::Result<(Exit, Option<Cause>)> {
    let cause = tokio::select! {
        biased;
        exit = tree.wait() => return Ok((exit?, None)),
        () = sleep_until(began + job.request.timeout()) => Cause::Deadline,
        () = cancel.cancelled() => Cause::Cancelled,
        () = ended.cancelled() => Cause::Cancelled,
        () = output.flooded.notified() => Cause::Output,
        () = folder_is_full(workspace, job.limits.folder_bytes) => Cause::Folder,
    };
    tree.kill();
    Ok((tree.wait().await?, Some(cause)))
}

async fn folder_is_full(workspace: &Workspace, most: u64) {
    loop {
        sleep(FOLDER_CHECK).await;
        let root = workspace.root().to_path_buf();
        let size = tokio::task::spawn_blocking(move || workspace::size(&root, most)).await;
        if size.is_ok_and(|size| size > most) {
            return;
        }
    }
}

/// Gives an interpreter that waits its program, then any program its standard input. One that does not read it, or ends before
/// it did, is no error.
async fn feed(gate: Option<Gate>, mut stdin: impl AsyncWrite + Unpin, request: &Request) {
    if let Some(gate) = gate
        && let Err(error) = gate.open(request.code().as_bytes()).await
    {
        tracing::warn!(%error, "an interpreter that waited did not take its program");
    }
    let _ = stdin.write_all(request.stdin()).await;
    let _ = stdin.shutdown().await;
}

/// Where a run's output goes, and how much there was.
struct Output {
    events: mpsc::Sender<Event>,
    written: AtomicU64,
    most: u64,
    flooded: Notify,
}

impl Output {
    /// Passes a stream on as text until its end. When nobody listens any more it is still read, so that the program goes on.
    async fn forward(&self, mut stream: impl AsyncRead + Unpin, event: fn(String) -> Event) {
        let mut text = Text::new();
        let mut chunk = Vec::with_capacity(CHUNK);
        while stream.read_buf(&mut chunk).await.is_ok_and(|read| read > 0) {
            self.count(chunk.len());
            self.send(text.push(&chunk), event).await;
            chunk.clear();
        }
        self.send(text.finish(), event).await;
    }

    async fn send(&self, text: String, event: fn(String) -> Event) {
        if !text.is_empty() {
            let _ = self.events.send(event(text)).await;
        }
    }

    fn count(&self, bytes: usize) {
        let before = self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        if before + bytes as u64 > self.most {
            self.flooded.notify_one();
        }
    }
}

async fn collect(job: Arc<Job>, workspace: Workspace, outcome: Outcome) -> Outcome {
    if workspace.is_untouched(&job.request) {
        return outcome;
    }
    let files = tokio::task::spawn_blocking(move || workspace.results(&job.request, &job.limits)).await;
    Outcome { files: files.unwrap_or_default(), ..outcome }
}
