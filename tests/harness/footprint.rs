//! What a service holds while nothing runs, to be the same after runs as before.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::leftovers::{descendants, descriptors, launcher};
use crate::harness::Service;

/// What folders, which a thread deletes, and descriptors get to be gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Processes below a service that runs nothing: the launcher, and the supervisor of the next run.
pub(crate) const IDLE: usize = 2;
/// Runs before anything is counted.
const WARM_UP: u32 = 4;

/// Executes on a connection of its own, so that none that lies idle is counted as a descriptor.
pub(crate) fn post(service: &Service, request: &Value) -> Value {
    let headers = [("Content-Type", "application/json"), ("Connection", "close")];
    service.post_with("/execute", &headers, request.to_string().as_bytes()).json()
}

/// What a service holds while nothing runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// Interpreters that wait for their programs, as many as the settings say, each with its supervisor.
    waiting: usize,
    launcher: u32,
    service_descriptors: usize,
    launcher_descriptors: usize,
}

impl Footprint {
    /// After a few runs, when it stays the same and so many interpreters wait.
    pub(crate) fn settled(service: &Service, waiting: usize) -> Self {
        for _ in 0..WARM_UP {
            assert_eq!(post(service, &json!({"code": "pass"}))["status"], "completed");
        }
        let mut last = Self::of(service, waiting);
        let (mut same, deadline) = (0, Instant::now() + PATIENCE);
        while same < 20 {
            thread::sleep(Duration::from_millis(5));
            let now = Self::of(service, waiting);
            same = if now == last && now.differences_now(service).is_empty() { same + 1 } else { 0 };
            last = now;
            assert!(
                Instant::now() < deadline,
                "the service does not come to rest: {:?}",
                last.differences_now(service)
            );
        }
        last
    }

    fn of(service: &Service, waiting: usize) -> Self {
        let launcher = launcher(service.pid());
        Self {
            waiting,
            launcher,
            service_descriptors: descriptors(service.pid()).len(),
            launcher_descriptors: descriptors(launcher).len(),
        }
    }

    /// The same with the launcher that is there now: the one of before was killed.
    pub(crate) fn with_launcher_of_now(self, service: &Service) -> Self {
        Self { launcher: launcher(service.pid()), ..self }
    }

    /// What is not as it was, and does not become so.
    pub(crate) fn differences(&self, service: &Service) -> impl Iterator<Item = String> {
        let deadline = Instant::now() + PATIENCE;
        let mut found = self.differences_now(service);
        while !found.is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
            found = self.differences_now(service);
        }
        let health = post(service, &json!({"code": "print('well')"}));
        found.extend((health["output"] != "well\n").then(|| format!("the service runs nothing: {health}")));
        found.into_iter()
    }

    /// How many more descriptors service and launcher have open than before.
    pub(crate) fn more_descriptors(&self, after: &Self) -> i64 {
        let all = |one: &Self| (one.service_descriptors + one.launcher_descriptors) as i64;
        all(after) - all(self)
    }

    fn differences_now(&self, service: &Service) -> Vec<String> {
        let descendants = descendants(service.pid());
        let expected = IDLE + 2 * self.waiting;
        if descendants.len() != expected || !descendants.contains(&self.launcher) {
            return vec![format!(
                "below the service are {descendants:?}, not {expected} with the launcher {}",
                self.launcher
            )];
        }
        let folders = service.run_folders();
        let open = [(service.pid(), self.service_descriptors), (self.launcher, self.launcher_descriptors)];
        let grown = open.into_iter().filter_map(|(pid, before)| {
            let now = descriptors(pid);
            (now.len() > before).then(|| format!("process {pid} has not {before} descriptors but {now:#?}"))
        });
        let left = (!folders.is_empty()).then(|| format!("{} folders are left: {folders:?}", folders.len()));
        left.into_iter().chain(grown).collect()
    }
}
