//! The launcher and its supervisors, killed and stopped at random during runs.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::harness::leftovers::{children, launchers};
use crate::harness::{Service, eventually};

/// The error of a run whose supervisor was killed during it.
const CRASHED: &str =
    "the process that watches over it was killed, stopped or changed, by the program or by the system.";

/// The time in which programs that fill every slot must begin.
const PATIENCE: Duration = Duration::from_secs(50);

/// Strikes once for a number of runs, and counts the effects.
#[derive(Debug)]
pub(super) struct Strikes {
    every: usize,
    state: AtomicUsize,
    /// Processes that were killed.
    pub(super) killed: AtomicUsize,
    /// Processes that were stopped.
    pub(super) stopped: AtomicUsize,
    /// Runs that crashed with their supervisor.
    pub(super) crashed: AtomicUsize,
}

impl Strikes {
    /// Strikes after every `every` runs. The same `seed` selects the same processes, as far as the timing allows.
    pub(super) fn new(every: usize, seed: usize) -> Self {
        let zero = || AtomicUsize::new(0);
        Self { every, state: AtomicUsize::new(seed | 1), killed: zero(), stopped: zero(), crashed: zero() }
    }

    /// Called before a run is sent.
    pub(super) fn before(&self, service: &Service, number: usize) {
        if !number.is_multiple_of(self.every) {
            return;
        }
        // After an earlier strike the next launcher may not run yet.
        let Some(launcher) = launchers(service.pid()).pop() else { return };
        let mut all = children(launcher);
        all.push(launcher);
        let victim = all[self.random() % all.len()];
        let (signal, count) = match self.random().is_multiple_of(2) {
            true => (Signal::SIGKILL, &self.killed),
            false => (Signal::SIGSTOP, &self.stopped),
        };
        let pid = Pid::from_raw(i32::try_from(victim).expect("a process id"));
        if kill(pid, signal).is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the answer is explained by a strike against the run's supervisor.
    pub(super) fn explain(&self, answer: &Value) -> bool {
        let error = answer["error"].as_str().unwrap_or_default();
        let explained = answer["status"] == "crashed" && error.ends_with(CRASHED);
        self.crashed.fetch_add(usize::from(explained), Ordering::Relaxed);
        explained
    }

    /// A pseudo-random number (xorshift), good enough to select processes.
    fn random(&self) -> usize {
        let mut next = self.state.load(Ordering::Relaxed);
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        self.state.store(next, Ordering::Relaxed);
        next >> 8
    }
}

/// The number of missing slots: programs that wait for one another in `folder` must run in all slots at once.
pub(super) fn missing_slots(service: &Service, slots: usize, folder: &Path) -> usize {
    fs::create_dir(folder).expect("a folder");
    let code = "import os, sys, time\nopen(f'{sys.argv[1]}/{sys.argv[2]}', 'w').close()\nwhile not os.path.exists(f'{sys.argv[1]}/go'): time.sleep(0.002)";
    let runs: Vec<_> = (0..slots)
        .map(|number| {
            let args = json!([folder.display().to_string(), number.to_string()]);
            service.ask(&json!({"code": code, "args": args, "timeout_ms": 60_000}), "")
        })
        .collect();
    let begun = || fs::read_dir(folder).expect("a folder").count();
    let deadline = Instant::now() + PATIENCE;
    while begun() < slots && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    let missing = slots - begun();
    fs::write(folder.join("go"), "").expect("a file");
    eventually("the programs to end", || (service.get("/status").json()["running"] == 0).then_some(()));
    drop(runs);
    missing
}
