//! Measures a tree's memory from `maps` and `smaps`, in its own thread.
//!
//! Reading these files takes a lock of the process's memory. A process holds that lock while it forks, in a fork bomb of
//! thousands for seconds. The supervisor goes on monitoring the limits meanwhile.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::shared_memory::{Objects, SharedMemory};
use crate::sys::linux::procfs;

/// The most time for one inspection.
const LONGEST: Duration = Duration::from_millis(200);

/// Inspects the processes of one run, one inspection at a time.
pub(crate) struct Inspector {
    shared: Arc<SharedMemory>,
    /// Started on demand: most runs end before.
    thread: Option<Thread>,
    busy: bool,
}

struct Thread {
    inspections: Sender<Inspection>,
    findings: Receiver<Finding>,
}

/// A task for the inspector.
struct Inspection {
    processes: Vec<Pid>,
    with_processes: bool,
}

/// The result of an inspection.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Memory that is no process's own.
    pub(crate) shared_bytes: u64,
    /// The most memory that the kernel may hold for the run in addition.
    pub(crate) uncertain_bytes: u64,
    /// Living processes that cannot be looked into.
    pub(crate) unseen: Vec<Pid>,
    /// All memory of the tree, each page counted once; `None` if not requested, or not known in time.
    pub(crate) held: Option<u64>,
    /// The duration of the inspection.
    pub(crate) took: Duration,
}

impl Inspector {
    /// For a run with this shared memory.
    pub(crate) fn new(shared: SharedMemory) -> Self {
        Self { shared: Arc::new(shared), thread: None, busy: false }
    }

    /// Whether an inspection is running.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Starts an inspection. If no thread can be started there is no result, and it may be requested again.
    pub(crate) fn ask(&mut self, processes: &[Pid], with_processes: bool) {
        if self.thread.is_none() {
            self.thread = start(Arc::clone(&self.shared)).ok();
        }
        let inspection = Inspection { processes: processes.to_vec(), with_processes };
        self.busy = self.thread.as_ref().is_some_and(|thread| thread.inspections.send(inspection).is_ok());
    }

    /// The result of the inspection, once, when it is done.
    pub(crate) fn finding(&mut self) -> Option<Finding> {
        let finding = self.thread.as_ref()?.findings.try_recv().ok()?;
        self.busy = false;
        Some(finding)
    }
}

/// Starts the thread. It ends with the supervisor.
fn start(shared: Arc<SharedMemory>) -> io::Result<Thread> {
    let (inspections, asked) = channel::<Inspection>();
    let (found, findings) = channel();
    thread::Builder::new().name("inspector".into()).spawn(move || {
        while let Ok(inspection) = asked.recv() {
            if found.send(inspect(&shared, &inspection)).is_err() {
                return;
            }
        }
    })?;
    Ok(Thread { inspections, findings })
}

fn inspect(shared: &SharedMemory, inspection: &Inspection) -> Finding {
    let began = Instant::now();
    let objects = shared.look(&inspection.processes);
    let held = inspection.with_processes.then(|| held(&inspection.processes, &objects, began + LONGEST)).flatten();
    let Objects { bytes, kernel_bytes, uncertain_bytes, unseen, .. } = objects;
    let held = held.map(|held| held + kernel_bytes);
    Finding { shared_bytes: bytes + kernel_bytes, uncertain_bytes, unseen, held, took: began.elapsed() }
}

fn held(processes: &[Pid], objects: &Objects, deadline: Instant) -> Option<u64> {
    if objects.bytes == 0 {
        return procfs::proportional_bytes(processes, deadline);
    }
    objects.with_processes(processes, deadline)
}

#[cfg(test)]
mod tests {
    use std::thread::yield_now;

    use nix::unistd::Pid;

    use super::Inspector;
    use crate::sys::linux::supervisor::shared_memory::SharedMemory;

    #[test]
    fn what_a_process_holds_is_found_once() {
        let mut inspector = Inspector::new(SharedMemory::new(Vec::new(), false, None));
        assert!(inspector.finding().is_none(), "nothing was asked");
        inspector.ask(&[Pid::this()], true);
        assert!(inspector.is_busy());
        let finding = loop {
            match inspector.finding() {
                Some(finding) => break finding,
                None => yield_now(),
            }
        };
        assert!(finding.held.is_some_and(|bytes| bytes > 1 << 20), "{finding:?}");
        assert!(!inspector.is_busy() && inspector.finding().is_none());
    }
}
