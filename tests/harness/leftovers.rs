//! Things that runs may leave behind on Linux: processes, descriptors, shared memory and System V objects.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::eventually;

/// The environment variable that marks every process of a run.
const VARIABLE: &str = "RUNTRAY_TEST_RUN";
/// The environment variable with the run's key for System V objects.
const KEY: &str = "RUNTRAY_TEST_KEY";

/// A marker for one run, or for the runs of one test.
#[derive(Debug)]
pub(crate) struct Marker(String);

impl Marker {
    /// A new unique marker.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// `request` with an `env` that contains only the marker.
    pub(crate) fn mark(&self, mut request: Value) -> Value {
        request["env"] = json!({VARIABLE: self.0, KEY: self.key()});
        request
    }

    /// The living processes with the marker.
    pub(crate) fn carriers(&self) -> Vec<u32> {
        let variable = format!("{VARIABLE}={}", self.0);
        let carries = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
        };
        processes().into_iter().filter(carries).collect()
    }

    /// The shared memory named after the marker, and the System V objects with its key.
    pub(crate) fn shared(&self) -> Vec<String> {
        let names = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
        let files = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let lists = ["shm", "sem", "msg"].map(|kind| fs::read_to_string(format!("/proc/sysvipc/{kind}")));
        let lines = lists.iter().flatten().flat_map(|list| list.lines().map(str::to_owned));
        let key = self.key();
        let ours = |line: &String| line.split_whitespace().next() == Some(key.as_str());
        files.filter(|name| name.contains(&self.0)).chain(lines.filter(ours)).collect()
    }

    fn key(&self) -> String {
        let digits: String = self.0.chars().filter(char::is_ascii_digit).collect();
        let number: u64 = digits.parse().expect("digits");
        (number % 0x7fff_0000 + 1).to_string()
    }
}

/// All visible processes of the machine.
fn processes() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Whether a process exists, even as a zombie.
pub(crate) fn is_there(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Waits until none of `processes` exists, and gives the time that took.
pub(crate) fn time_until_gone(processes: &[u32]) -> Duration {
    let began = Instant::now();
    eventually("processes to be gone", || (!processes.iter().any(|pid| is_there(*pid))).then_some(()));
    began.elapsed()
}

/// The children of a process, including zombies.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// All descendants of a process.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let mut found = children(pid);
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        found.extend(children(*pid));
        next += 1;
    }
    found
}

/// The launcher of a service, told apart from interpreters that are being probed. The kernel's list of children may be incomplete
/// while threads and children end, so this retries.
pub(crate) fn launcher(service: u32) -> u32 {
    let one = || <[u32; 1]>::try_from(launchers(service)).ok().map(|[launcher]| launcher);
    eventually("the service to have one launcher", one)
}

/// The launchers in the present list of children; none after one has died and before the next has started.
pub(crate) fn launchers(service: u32) -> Vec<u32> {
    let name = |pid: &u32| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let mut launchers = children(service);
    launchers.retain(|pid| name(pid).starts_with(b"runtray-launcher"));
    launchers
}

/// The targets of a process's open descriptors, in the order of their numbers.
pub(crate) fn descriptors(pid: u32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process is there").flatten();
    let mut open: Vec<(u32, String)> = entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            Some((number, fs::read_link(entry.path()).ok()?.display().to_string()))
        })
        .collect();
    open.sort();
    open.into_iter().map(|(number, target)| format!("{number} {target}")).collect()
}
