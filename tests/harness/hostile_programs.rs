//! Hostile programs in Python for Linux, and the expected end of each.

use serde_json::{Value, json};

/// The number of Python interpreters that wait with [`SETTINGS`].
pub(crate) const WAITING: usize = 2;

/// Limits that are reached quickly, and a fixed number of waiting interpreters. Without the sandbox, which forbids some actions
/// of these programs: here containment and the limits alone must hold.
pub(crate) const SETTINGS: &str = "
isolation = \"none\"
[limits]
memory_bytes = 209715200
processes = 16
folder_bytes = 52428800
file_size_bytes = 20971520
output_bytes = 8388608
kept_output_bytes = 65536
result_file_bytes = 4096
[admission]
slots = 4
[warm]
python = 2
";

/// A hostile program.
#[derive(Debug)]
pub(crate) struct HostileProgram {
    /// The name in messages.
    pub(crate) name: &'static str,
    /// Its Python code.
    pub(crate) code: &'static str,
    /// The wall-clock limit in milliseconds.
    pub(crate) timeout_ms: u64,
    /// The expected status.
    pub(crate) status: &'static str,
    /// The expected end of its standard error.
    pub(crate) ending: &'static str,
    /// It runs in one of this many rounds.
    pub(crate) share: u32,
    /// Whether it can do harm, or leaves something behind, without namespaces.
    pub(crate) needs_namespace: bool,
}

impl HostileProgram {
    /// The body of `POST /execute`.
    pub(crate) fn request(&self) -> Value {
        json!({"code": self.code, "timeout_ms": self.timeout_ms})
    }
}

/// A time limit for programs that end otherwise; ten thousand files take many seconds on a slow disk.
const LONG: u64 = 120_000;
const SHORT: u64 = 500;
const TIMED_OUT: &str = "Execution timed out after 0.5 s.";
const FLOODED: &str = "Execution was stopped: it wrote more than 8 MiB of output.";

/// A program that the project guarantees for a hundred rounds, and that ends before its time limit.
const fn often(name: &'static str, code: &'static str, status: &'static str, ending: &'static str) -> HostileProgram {
    HostileProgram { name, code, timeout_ms: LONG, status, ending, share: 1, needs_namespace: false }
}

/// A program that runs in fewer rounds.
const fn seldom(name: &'static str, code: &'static str, status: &'static str, ending: &'static str) -> HostileProgram {
    HostileProgram { share: 5, ..often(name, code, status, ending) }
}

/// A program that never ends by itself.
const fn hanging(program: HostileProgram) -> HostileProgram {
    HostileProgram { timeout_ms: SHORT, status: "timeout", ending: TIMED_OUT, ..program }
}

/// A program that only a namespace contains.
const fn in_namespace(program: HostileProgram) -> HostileProgram {
    HostileProgram { needs_namespace: true, ..program }
}

/// All hostile programs.
pub(crate) const ALL: &[HostileProgram] = &[
    often("fork bomb", FORK_BOMB, "crashed", "Execution was stopped: it had more than 16 processes."),
    often("daemon", DAEMON, "completed", ""),
    often("memory hog", MEMORY_HOG, "memory_limit", "Execution was stopped: it used more than 200 MiB of memory."),
    often("disk filler, one file", BIG_FILE, "failed", "OSError: [Errno 27] File too large\n"),
    often(
        "disk filler, many files",
        BIG_FILES,
        "output_limit",
        "Execution was stopped: its files took more than 50 MiB.",
    ),
    often("output flood", FLOOD, "output_limit", FLOODED),
    hanging(often("ignored SIGTERM", DEAF, "", "")),
    often("closed stdio", CLOSED, "completed", ""),
    often("10,000 small files", SMALL_FILES, "completed", ""),
    seldom("flood on both streams", FLOOD_BOTH, "output_limit", FLOODED),
    seldom("deep folders", DEEP, "completed", ""),
    seldom("closed folders", SHUT, "completed", ""),
    seldom("orphans that hold the pipes", ORPHANS, "completed", ""),
    seldom("zombie maker", ZOMBIES, "completed", ""),
    hanging(seldom("thread bomb", THREADS, "", "")),
    hanging(seldom("stopped by itself", STOPPED, "", "")),
    hanging(seldom("daemons for ever", RESTLESS, "", "")),
    in_namespace(seldom("shared memory and System V leftovers", SHARED, "completed", "")),
    in_namespace(seldom("kills and stops its parent", PARRICIDE, "completed", "")),
    in_namespace(seldom("kills everybody", MASSACRE, "completed", "")),
];

const FORK_BOMB: &str = "
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
";

/// Ends when its daemon runs.
pub(crate) const DAEMON: &str = "
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in 0, 1, 2:
            os.dup2(null, stream)
        os.chdir('/')
        open(os.environ['TMPDIR'] + '/running', 'w').close()
        time.sleep(3600)
    os._exit(0)
os.wait()
while not os.path.exists(os.environ['TMPDIR'] + '/running'):
    time.sleep(0.001)
";

const MEMORY_HOG: &str = "
import time
held = [b'x' * (1 << 20) for _ in range(600)]
time.sleep(3600)
";

const BIG_FILE: &str = "
with open('big', 'wb', buffering=0) as file:
    while True:
        file.write(b'x' * (1 << 20))
";

const BIG_FILES: &str = "
import time
for number in range(60):
    with open(f'big-{number}', 'wb') as file:
        file.write(b'x' * (1 << 20))
time.sleep(3600)
";

const FLOOD: &str = "
import os
while True:
    os.write(1, b'x' * 65536)
";

const FLOOD_BOTH: &str = "
import os, threading
def flood(stream):
    while True:
        os.write(stream, b'\\xff\\x00' + b'x' * 60000)
threading.Thread(target=flood, args=[2]).start()
flood(1)
";

const DEAF: &str = "
import signal, time
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
print('deaf', flush=True)
while True:
    time.sleep(3600)
";

const CLOSED: &str = "
import os
for stream in 0, 1, 2:
    os.close(stream)
for number in range(3):
    assert os.open(f'file-{number}', os.O_WRONLY | os.O_CREAT) == number
if os.fork() == 0:
    os.closerange(0, 256)
    os._exit(0)
os.wait()
os.write(1, b'still here')
os._exit(0)
";

const SMALL_FILES: &str = "
import os
for number in range(10_000):
    os.close(os.open(str(number), os.O_WRONLY | os.O_CREAT))
";

const DEEP: &str = "
import os
for _ in range(600):
    os.mkdir('a-folder')
    os.chdir('a-folder')
";

const SHUT: &str = "
import os
for folder in 'a', 'b':
    os.makedirs(f'{folder}/below/further')
    open(f'{folder}/below/file', 'w').close()
    os.chmod(f'{folder}/below/further', 0)
    os.chmod(f'{folder}/below', 0)
    os.chmod(folder, 0)
os.chmod('..', 0)
os.chmod('.', 0)
";

const ORPHANS: &str = "
import os, time
for _ in range(3):
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)
    os.wait()
";

const ZOMBIES: &str = "
import os, time
for _ in range(40):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
time.sleep(0.1)
";

const THREADS: &str = "
import threading, time
try:
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=[3600], daemon=True).start()
except RuntimeError:
    pass
time.sleep(3600)
";

const STOPPED: &str = "
import os, signal
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGSTOP)
";

/// A chain of processes, each of which starts the next one and ends.
const RESTLESS: &str = "
import os, time
if os.fork() == 0:
    while True:
        if os.fork() != 0:
            os._exit(0)
        os.setsid()
time.sleep(3600)
";

const SHARED: &str = "
import ctypes, os
name, key = os.environ['RUNTRAY_TEST_RUN'], int(os.environ['RUNTRAY_TEST_KEY'])
with open(f'/dev/shm/{name}', 'wb') as file:
    file.write(b'x' * 100_000)
libc = ctypes.CDLL(None)
create = 0o1600
assert libc.shmget(key, 100_000, create) >= 0
assert libc.semget(key, 1, create) >= 0
assert libc.msgget(key, create) >= 0
";

/// Kills its parent, but only if that is process 1 of a namespace.
const PARRICIDE: &str = "
import os, signal
assert os.getppid() == 1
for number in signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGSTOP, signal.SIGSEGV, signal.SIGKILL:
    try:
        os.kill(1, number)
    except PermissionError:
        pass
assert os.getppid() == 1
";

/// Kills every process of its namespace.
const MASSACRE: &str = "
import os, signal, time
seen = [name for name in os.listdir('/proc') if name.isdigit()]
assert os.getppid() == 1 and len(seen) < 5, seen
for _ in range(3):
    if os.fork() == 0:
        time.sleep(3600)
os.kill(-1, signal.SIGKILL)
for _ in range(3):
    os.wait()
assert os.getppid() == 1
";
