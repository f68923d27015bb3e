//! Memory that the kernel holds for a program, and programs that hide from being measured.

use serde_json::json;

use super::limits::{IN_FLIGHT, MEMORY};
use crate::harness::footprint::post;
use crate::harness::limited::{EVERY_MODE, SETTINGS, SWITCH, check, start};
use crate::harness::{Home, Service, nobody, skip};

/// Fills the queues of pairs of sockets. KIND is their kind, KEPT the ends that stay open.
const SOCKETS: &str = "
import socket, time
held = []
for _ in range(300):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.KIND)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    ours.setblocking(False)
    try:
        while True:
            ours.send(b'x' * 60000)
    except BlockingIOError:
        held += [KEPT]
    del ours, theirs
time.sleep(110)
";
/// Reads a large empty mapping: its pages are all the same one, but each has an entry in a table.
const PAGE_TABLES: &str = "
import mmap, time
ANONYMOUS_WITHOUT_RESERVE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000
held = mmap.mmap(-1, 1 << 38, ANONYMOUS_WITHOUT_RESERVE, mmap.PROT_READ)
for place in range(0, 1 << 38, 1 << 21):
    held[place]
time.sleep(110)
";
/// Splits mappings: each part is described apart.
const MAPPINGS: &str = "
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
for _ in range(8):
    if os.fork() == 0:
        start = libc.mmap(None, ctypes.c_size_t(120_000 * 4096), 1, 0x4022, -1, ctypes.c_long(0))
        for page in range(0, 120_000, 2):
            libc.mprotect(ctypes.c_void_p(start + page * 4096), 4096, 3)
        time.sleep(110)
time.sleep(110)
";
const SEMAPHORES: &str = "
import ctypes, time
libc = ctypes.CDLL(None)
for _ in range(200):
    libc.semget(0, 32000, 0o600)
time.sleep(110)
";
/// Holds memory under a name that is no text.
const NAMED: &str = r"
import ctypes, time
ctypes.CDLL(None).prctl(15, b'\xff\xfe', 0, 0, 0)
held = [b'x' * (1 << 20) for _ in range(300)]
time.sleep(110)
";
/// Maps a file whose name is no text, and holds memory beside it.
const NAMED_FILE: &str = r"
import ctypes, mmap, os, time
named = ctypes.CDLL(None).memfd_create(b'\xff\xfe', 0)
os.truncate(named, 4096)
mapped = mmap.mmap(named, 4096)
os.write(os.memfd_create('x'), b'x')
held = [b'x' * (1 << 20) for _ in range(300)]
time.sleep(110)
";
/// As `IN_FLIGHT` of `limits`, behind an empty message.
fn behind_nothing() -> String {
    let sends = "    ends[0].send";
    let code = IN_FLIGHT.replace("socketpair()", "socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)");
    code.replace(sends, &format!("{sends}(b'')\n{sends}"))
}

fn sockets(kind: &str, kept: &str) -> String {
    SOCKETS.replace("KIND", kind).replace("KEPT", kept)
}

/// Services in every mode and at both levels, with room for the time that the programs take.
fn in_every_way(test: impl Fn(&str, bool, &Service)) {
    for mode in EVERY_MODE {
        for level in ["none", "sandbox"] {
            let settings = SETTINGS.replace("cpu_ms = 1000", "cpu_ms = 60000").replace("none", level);
            let Some(service) = start(mode, &settings) else { continue };
            let is_alone = mode == "subreaper";
            test(&format!("{mode}, {level}"), is_alone, &service);
        }
    }
}

#[test]
fn memory_of_the_kernel_counts_too() {
    let (pairs, orphans) = (sockets("SOCK_STREAM", "(ours, theirs)"), sockets("SOCK_STREAM", "theirs"));
    in_every_way(|name, is_alone, service| {
        let everywhere = [
            ("queues of sockets", &*pairs, "memory_limit", MEMORY),
            ("queues whose sender is closed", &orphans, "memory_limit", MEMORY),
            ("page tables", PAGE_TABLES, "memory_limit", MEMORY),
            ("mappings", MAPPINGS, "memory_limit", MEMORY),
            ("a name that is no text", NAMED, "memory_limit", MEMORY),
            ("a file's name that is no text", NAMED_FILE, "memory_limit", MEMORY),
        ];
        check(name, service, &everywhere);
        if !is_alone {
            let datagrams = sockets("SOCK_DGRAM", "theirs");
            check(
                name,
                service,
                &[
                    ("datagrams", &datagrams, "memory_limit", MEMORY),
                    ("a file behind an empty message", &behind_nothing(), "memory_limit", MEMORY),
                    ("semaphores", SEMAPHORES, "memory_limit", MEMORY),
                ],
            );
        }
    });
}

/// Uses a little of everything.
const A_LITTLE: &str = "
import os, socket, threading, time
pairs = [socket.socketpair() for _ in range(100)]
for ours, _ in pairs:
    ours.send(b'x' * 1000)
for ours, _ in pairs[:3]:
    ours.close()
pipes = [os.pipe() for _ in range(50)]
for _, end in pipes:
    os.write(end, b'x')
for _ in range(20):
    threading.Thread(target=time.sleep, args=(1.5,)).start()
time.sleep(1.5)
print('done')
";

#[test]
fn what_programs_commonly_use_is_little() {
    in_every_way(|name, _, service| {
        let answer = post(service, &json!({"code": A_LITTLE}));
        assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("done\n")), "{name}: {answer}");
        let peak = answer["peak_memory_bytes"].as_u64().expect("a number");
        assert!(peak < 64 << 20, "{name}: {answer}");
    });
}

/// Lowers limits and priorities of its supervisor and of everyone, and then holds memory and starts processes.
const UNLIMITED: &str = "
import ctypes, os, resource, time
libc, parent = ctypes.CDLL(None, use_errno=True), os.getppid()
tried = {
    'files': lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE, (3, 3)),
    'CPU time': lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (0, 0)),
    'priority': lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
    'priority of all': lambda: os.setpriority(os.PRIO_USER, 0, 19),
    'scheduler': lambda: os.sched_setscheduler(parent, os.SCHED_IDLE, os.sched_param(0)),
    'disk': lambda: libc.syscall(251, 1, parent, 3 << 13) == 0 or 1 / 0,
}
for name, attempt in tried.items():
    try:
        attempt()
        print(name)
    except (OSError, ZeroDivisionError):
        pass
held = [b'x' * (1 << 20) for _ in range(300)]
time.sleep(110)
";

#[test]
fn programs_cannot_take_off_their_limits() {
    in_every_way(|name, _, service| {
        let answer = post(service, &json!({"code": UNLIMITED}));
        assert_eq!((&answer["status"], &answer["output"]), (&json!("memory_limit"), &json!("")), "{name}: {answer}");
    });
}

#[test]
fn a_program_that_cannot_be_looked_into_is_ended() {
    if let Some(reason) = nobody::cannot_run() {
        return skip(reason);
    }
    // Root looks into everything, and in a user namespace the supervisor does so too.
    let home = Home::new(&format!("same_user_only = false\n{SETTINGS}"));
    let mut command = nobody::serve(&home);
    command.env(SWITCH, "subreaper");
    let service = Service::start_by(command, &home);
    let hides = |seconds: f32| format!("import ctypes, time\nctypes.CDLL(None).prctl(4, 0)\ntime.sleep({seconds})\n");
    let answer = post(&service, &json!({"code": hides(110.0)}));
    let error = answer["error"].as_str().expect("text");
    assert!(answer["status"] == "crashed" && error.contains("could not be measured"), "{answer}");
    let answer = post(&service, &json!({"code": hides(0.3)}));
    assert_eq!(answer["status"], "completed", "{answer}");
}

/// Changes its own limits and priorities, by 0 and by its id.
const OWN: &str = "
import os, resource, subprocess, sys, threading
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 300))
resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE, (100, 200))
assert resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)
os.nice(1)
os.setpriority(os.PRIO_PROCESS, os.getpid(), 19)
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
assert os.sched_getaffinity(0) and os.sched_getaffinity(os.getppid())
os.sched_setaffinity(0, os.sched_getaffinity(0))
lower = lambda: resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
code = 'import os, resource; os.nice(1); print(resource.getrlimit(resource.RLIMIT_CPU))'
print(subprocess.run([sys.executable, '-c', code], preexec_fn=lower, capture_output=True, text=True).stdout.strip())
";

#[test]
fn programs_limit_themselves() {
    in_every_way(|name, _, service| {
        let answer = post(service, &json!({"code": OWN}));
        assert_eq!(
            (&answer["status"], &answer["output"]),
            (&json!("completed"), &json!("(5, 5)\n")),
            "{name}: {answer}"
        );
    });
}
