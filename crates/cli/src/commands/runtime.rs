//! The runtime's threads, and an error if the system allows too few.
//!
//! `ulimit -u` and the limits of containers count threads. A runtime that gets too few of them panics, or waits for ever for one,
//! so all needed threads are started at the beginning and kept.

use std::future::Future;
use std::io;
use std::num::NonZero;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// Cores for each thread that moves requests and output: programs need the cores more, and waking further threads costs each run
/// more time than it saves.
const CORES_PER_WORKER: usize = 4;
/// Threads for blocking work, such as files, that are started at once. The runtime starts more if it can.
const BLOCKING: usize = 2;
/// Threads of the journal, the settings watcher and the cleanup after runs.
const OWN: usize = 5;
/// Longer than any service runs.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Runs `work` to its end.
///
/// # Errors
/// The errors of `work`; or the system allows this user too few threads.
pub(super) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    start()?.block_on(work)
}

/// The same for `work` on our standard streams. Tasks that still read or write them then are not waited for: they may never end.
///
/// # Errors
/// The errors of [`block_on`].
pub(super) fn block_on_streams<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = start()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

fn start() -> anyhow::Result<Runtime> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = cores.div_ceil(CORES_PER_WORKER);
    check(workers + BLOCKING + OWN).context(
        "the system gives this user no more threads or processes; end some, or raise the limit (`ulimit -u`, or the container's)",
    )?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_keep_alive(FOR_EVER)
        .enable_all()
        .build()
        .context("could not start the runtime")?;
    keep_blocking_threads(&runtime);
    Ok(runtime)
}

/// Starts `count` threads at once, and ends them.
fn check(count: usize) -> io::Result<()> {
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let ended = Arc::new(std::sync::Mutex::new(ended));
    let started: io::Result<Vec<_>> = (0..count)
        .map(|_| {
            let ended = ended.clone();
            // Each thread waits until all have started, because ended ones do not count against the limit.
            thread::Builder::new().spawn(move || drop(ended.lock().map(|ended| ended.recv())))
        })
        .collect();
    drop(end);
    for thread in started? {
        // The threads do nothing that could fail.
        let _ = thread.join();
    }
    Ok(())
}

/// Makes the runtime start its threads for blocking work. They are kept, because a later start might fail.
fn keep_blocking_threads(runtime: &Runtime) {
    let together = Arc::new(Barrier::new(BLOCKING));
    let waiting: Vec<_> = (0..BLOCKING)
        .map(|_| {
            let together = together.clone();
            runtime.spawn_blocking(move || {
                together.wait();
            })
        })
        .collect();
    runtime.block_on(async {
        for task in waiting {
            // The task only fails if the runtime ends.
            let _ = task.await;
        }
    });
}
