//! All pairs of hostile actions in one program, on Linux: a limit holds whatever else the program does. Of the containment
//! modes that are not the machine's own, a sample of the pairs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use super::neighbours::is_walled;
use crate::harness::footprint::{Footprint, post};
use crate::harness::hostile_programs::{DAEMON, WAITING};
use crate::harness::leftovers::Marker;
use crate::harness::{Home, Service};

const SETTINGS: &str = "
[limits]
memory_bytes = 167772160
cpu_ms = 2000
processes = 16
folder_bytes = 8388608
output_bytes = 4194304
kept_output_bytes = 65536
result_file_bytes = 4096
max_timeout_ms = 120000
[admission]
slots = 2
[warm]
python = 2
";
/// Number of concurrent clients: the slots of the settings.
const CLIENTS: usize = 2;
/// Time limit in milliseconds of pairs that never end and hardly use the processor.
const SHORT: u64 = 700;
/// Time limit in milliseconds of all other pairs, which must end by another limit.
const LONG: u64 = 120_000;

/// The limit that ends a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Memory,
    Cpu,
    Folder,
    Output,
    Processes,
    Wall,
}

impl End {
    /// The status, and the end of the error text.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Memory => ("memory_limit", "Execution was stopped: it used more than 160 MiB of memory."),
            Self::Cpu => ("timeout", "Execution timed out: it used more than 2 s of CPU time."),
            Self::Folder => ("output_limit", "Execution was stopped: its files took more than 8 MiB."),
            Self::Output => ("output_limit", "Execution was stopped: it wrote more than 4 MiB of output."),
            Self::Processes => ("crashed", "Execution was stopped: it had more than 16 processes."),
            Self::Wall => ("timeout", "Execution timed out after 0.7 s."),
        }
    }

    /// The limit that ended the run with this answer.
    fn of(answer: &Value) -> Option<Self> {
        let error = answer["error"].as_str().unwrap_or_default();
        let all = [Self::Memory, Self::Cpu, Self::Folder, Self::Output, Self::Processes, Self::Wall];
        all.into_iter().find(|end| answer["status"] == end.words().0 && error.ends_with(end.words().1))
    }
}

/// A hostile action: its name, the body of a Python function, the limit that it certainly reaches if any, and whether it keeps a
/// processor busy.
type HostileProgram = (&'static str, &'static str, Option<End>, bool);

const ALL: &[HostileProgram] = &[
    ("memory", "held = [b'x' * (1 << 20) for _ in range(600)]", Some(End::Memory), false),
    ("/dev/shm", SHM, Some(End::Memory), false),
    ("memory files", MEMFD, Some(End::Memory), false),
    ("System V", SYSTEM_V, Some(End::Memory), false),
    ("CPU time", "while True: pass", Some(End::Cpu), true),
    ("ignored children", IGNORED, Some(End::Cpu), true),
    ("output", "while True: os.write(1, b'x' * 65536)", Some(End::Output), true),
    ("folder", FOLDER, Some(End::Folder), false),
    ("unlinked files", UNLINKED, Some(End::Folder), false),
    ("tiny files", TINY, Some(End::Folder), true),
    ("fork bomb", FORK_BOMB, Some(End::Processes), true),
    ("orphans", ORPHANS, None, true),
    ("zombies", ZOMBIES, None, false),
    ("daemon", DAEMON, None, false),
    ("signal storm", SIGNALS, None, true),
    ("stopped", "os.kill(os.getpid(), signal.SIGSTOP)", None, false),
    ("own session", "os.setsid() if os.getpid() != main else None", None, false),
    ("threads", THREADS, None, false),
    ("closed folders", CLOSED, None, false),
];

const SHM: &str = "
for number in range(30):
    with open(f'/dev/shm/{number}', 'wb') as file:
        for _ in range(10):
            file.write(b'x' * (1 << 20))";
const MEMFD: &str = "
for number in range(30):
    held.append(os.memfd_create('x'))
    for _ in range(10):
        os.write(held[-1], b'x' * (1 << 20))";
const SYSTEM_V: &str = "
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(30):
    place = libc.shmat(libc.shmget(0, 10 << 20, 0o1600), None, 0)
    ctypes.memset(place, 1, 10 << 20)
    libc.shmdt(ctypes.c_void_p(place))";
const IGNORED: &str = "
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    ours, theirs = os.pipe()
    try:
        if os.fork() == 0:
            while time.process_time() < 0.1: pass
            os._exit(0)
    except OSError:
        pass
    os.close(theirs)
    os.read(ours, 1)
    os.close(ours)";
const FOLDER: &str = "
for number in range(20):
    with open(f'big-{number}', 'wb') as file:
        file.write(b'x' * (1 << 20))";
const UNLINKED: &str = "
for number in range(20):
    held.append(open(f'gone-{number}', 'wb', buffering=0))
    held[-1].write(b'x' * (1 << 20))
    os.unlink(f'gone-{number}')";
/// Makes many files with little in each, so that it is quick on a busy machine.
const TINY: &str = "
os.mkdir('tiny')
for number in range(3000):
    with open(f'tiny/{number}', 'wb') as file:
        file.write(b'x' * 4096)";
const FORK_BOMB: &str = "
while True:
    try:
        os.fork()
    except OSError:
        pass";
const ORPHANS: &str = "
while True:
    try:
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)
            os._exit(0)
        os.wait()
    except OSError:
        pass";
const ZOMBIES: &str = "
for _ in range(20):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)";
/// Sends signals that are ignored by default to its process group and itself, and one to the supervisor.
const SIGNALS: &str = "
while True:
    os.kill(0, signal.SIGWINCH)
    os.kill(os.getpid(), signal.SIGURG)
    try:
        os.kill(os.getppid(), signal.SIGCHLD)
    except OSError:
        pass";
const THREADS: &str = "
for _ in range(400):
    threading.Thread(target=time.sleep, args=[3600], daemon=True).start()";
const CLOSED: &str = "
for folder in 'a', 'b':
    os.makedirs(f'{folder}/below')
    open(f'{folder}/below/file', 'w').close()
    os.chmod(f'{folder}/below', 0)
    os.chmod(folder, 0)";

/// A program that does both, each in its own process, and never ends by itself.
fn program(one: &HostileProgram, other: &HostileProgram) -> String {
    let indented = |code: &str| code.trim().lines().map(|line| format!("        {line}\n")).collect::<String>();
    let function = |name: &str, code: &str| {
        format!(
            "def {name}():\n    try:\n{}    except (OSError, MemoryError, RuntimeError):\n        pass\n    while True:\n        time.sleep(3600)\n",
            indented(code)
        )
    };
    format!(
        "import ctypes, os, signal, threading, time\nheld, main = [], os.getpid()\n{}{}if os.fork() == 0:\n    one()\nother()\n",
        function("one", one.1),
        function("other", other.1)
    )
}

/// The limits that may end both together.
fn ends(one: &HostileProgram, other: &HostileProgram) -> Vec<End> {
    let mut ends: Vec<End> = [one.2, other.2].into_iter().flatten().collect();
    ends.extend((one.3 || other.3).then_some(End::Cpu));
    if ends.is_empty() || (one.2.is_none() && other.2.is_none()) {
        ends.push(End::Wall);
    }
    ends
}

/// Actions whose memory belongs to the machine if there are no namespaces: it does not count for the run, and stays.
const OF_THE_MACHINE: [&str; 2] = ["/dev/shm", "System V"];
/// In the modes that are not the machine's own, one pair of so many is tried: all of them take minutes.
const SAMPLE: usize = 5;

#[test]
fn every_pair_of_hostile_actions_ends_at_a_limit() {
    let service = Service::start_in(&Home::new(SETTINGS), &[]);
    if !is_walled(&service, "") {
        return;
    }
    check(&service, &pairs(ALL.iter()), "as it comes");
}

#[test]
fn a_sample_of_pairs_ends_at_a_limit_in_user_namespaces() {
    let service = Service::start_in_mode(&Home::new(SETTINGS), "user-namespaces");
    if is_walled(&service, "user-namespaces") {
        check(&service, &sample(pairs(ALL.iter()), 0), "user namespaces");
    }
}

#[test]
fn a_sample_of_pairs_ends_at_a_limit_without_namespaces() {
    let settings = format!("isolation = \"none\"\n{SETTINGS}");
    let service = Service::start_in_mode(&Home::new(&settings), "subreaper");
    let actions = ALL.iter().filter(|(name, ..)| !OF_THE_MACHINE.contains(name));
    check(&service, &sample(pairs(actions), 2), "no namespaces");
}

type Pair = (&'static HostileProgram, &'static HostileProgram);

/// Each action with itself and with every later one.
fn pairs(actions: impl Iterator<Item = &'static HostileProgram>) -> Vec<Pair> {
    let actions: Vec<_> = actions.collect();
    let with_later = |(index, one): (usize, _)| actions[index..].iter().map(move |other| (one, *other));
    actions.iter().copied().enumerate().flat_map(with_later).collect()
}

/// One pair of [`SAMPLE`], from the pair `first` on.
fn sample(pairs: Vec<Pair>, first: usize) -> Vec<Pair> {
    pairs.into_iter().skip(first).step_by(SAMPLE).collect()
}

/// Runs the pairs, prints how they ended, and checks that nothing is left.
fn check(service: &Service, pairs: &[Pair], name: &str) {
    let before = Footprint::settled(service, WAITING);
    let (counts, wrong) = run(service, pairs);
    let mut report = format!("\n{name}: {} pairs:", pairs.len());
    counts.iter().for_each(|(end, count)| write!(report, " {end:?} {count},").expect("a string"));
    std::io::stderr().write_all(format!("{report}\n").as_bytes()).expect("stderr can be written");
    let left: Vec<_> = before.differences(service).collect();
    assert!(wrong.is_empty() && left.is_empty(), "{}\n{}\n{}", wrong.join("\n"), left.join("\n"), service.stderr());
}

/// Runs all pairs with as many clients as there are slots. Gives the number of runs by the limit that ended them, and the faults.
fn run(service: &Service, pairs: &[Pair]) -> (BTreeMap<End, usize>, Vec<String>) {
    let next = AtomicUsize::new(0);
    let found = Mutex::new((BTreeMap::new(), Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some((one, other)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = try_pair(service, one, other);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    match result {
                        Ok(end) => *found.0.entry(end).or_insert(0) += 1,
                        Err(what) => found.1.push(format!("{} and {}: {what}", one.0, other.0)),
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn try_pair(service: &Service, one: &HostileProgram, other: &HostileProgram) -> Result<End, String> {
    let marker = Marker::new();
    let never_end = one.2.is_none() && other.2.is_none();
    let timeout_ms = if never_end { SHORT } else { LONG };
    let answer = post(service, &marker.mark(json!({"code": program(one, other), "timeout_ms": timeout_ms})));
    let (processes, shared) = (marker.carriers(), marker.shared());
    if !processes.is_empty() || !shared.is_empty() {
        return Err(format!("left processes {processes:?} and {shared:?}"));
    }
    let summary = || format!("{} {}", answer["status"], answer["error"]).chars().take(600).collect::<String>();
    End::of(&answer).filter(|end| ends(one, other).contains(end)).ok_or_else(summary)
}
