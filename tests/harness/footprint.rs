//! The resources of an idle service, which must be the same before and after runs.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::leftovers::{descendants, descriptors, launcher};
use crate::harness::Service;

/// The time in which folders, which a thread deletes, and descriptors must be gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Processes below an idle service: the launcher, and the supervisor of the next run.
pub(crate) const IDLE: usize = 2;
/// Runs before anything is counted.
const WARM_UP: u32 = 4;

/// Executes on a new connection, so that no idle connection is counted as a descriptor.
pub(crate) fn post(service: &Service, request: &Value) -> Value {
    let headers = [("Content-Type", "application/json"), ("Connection", "close")];
    service.post_with("/execute", &headers, request.to_string().as_bytes()).json()
}

/// The resources of an idle service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// Waiting interpreters, each with its supervisor.
    waiting: usize,
    launcher: u32,
    service_descriptors: usize,
    launcher_descriptors: usize,
}

impl Footprint {
    /// Runs a few programs, then waits until the resources are stable and `waiting` interpreters wait.
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

    /// The same resources with the present launcher, after the one before was killed.
    pub(crate) fn with_launcher_of_now(self, service: &Service) -> Self {
        Self { launcher: launcher(service.pid()), ..self }
    }

    /// The resources that differ and do not return to the earlier value in time.
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

    /// The number of descriptors of service and launcher in addition to the earlier ones.
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
