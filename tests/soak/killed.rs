//! The end of the soak: the service is killed while every slot is taken and others are queued.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::harness::leftovers::{Marker, launcher, time_until_gone};
use crate::harness::{Service, eventually};

/// The number of programs that are sent: more than the slots of most machines, fewer than slots and queue together.
const SENT: usize = 8;

const TREE: &str = "
import os, time
if os.fork() and os.fork() == 0:
    os.setsid()
open('running', 'w').close()
while True:
    time.sleep(0.01)
";

/// The remains of a killed service.
#[derive(Debug)]
pub(super) struct Killed {
    /// The time until its launcher and every process of its runs were gone.
    pub(super) gone_after: Duration,
    /// The number of processes that are left.
    pub(super) processes: usize,
    /// The number of runs' folders after the next service has cleaned up.
    pub(super) folders: usize,
}

/// Kills the service with runs in progress, as `kill -9` does, and starts the next one in its place.
pub(super) fn kill(service: &mut Service) -> Killed {
    let marker = Marker::new();
    let request = marker.mark(json!({"code": TREE, "timeout_ms": 120_000}));
    let runs: Vec<TcpStream> = (0..SENT).map(|_| service.ask(&request, "")).collect();
    eventually("programs to run", || (marker.carriers().len() > 2).then_some(()));
    let mut all = marker.carriers();
    all.push(launcher(service.pid()));
    service.kill();
    let gone_after = time_until_gone(&all);
    drop(runs);
    let processes = marker.carriers().len();
    // Prestart no interpreter in the next service: each has a folder.
    service.home().save_settings("[warm]\nmemory_bytes = 0\n");
    *service = Service::start_in(&service.home().clone(), &[]);
    eventually("the old folders to be swept", || service.run_folders().is_empty().then_some(()));
    Killed { gone_after, processes, folders: service.run_folders().len() }
}
