//! Limits of memory, CPU time and processes on Linux, against programs that hide their use.

use serde_json::{Value, json};

use crate::harness::footprint::post;
use crate::harness::limited::{EVERY_MODE, SETTINGS, SWITCH, check, start};
use crate::harness::{Home, Service, runtray, skip};

/// The containment modes that give a run its own `/dev/shm`.
const WITH_NAMESPACE: [&str; 2] = ["namespaces", "user-namespaces"];

pub(super) const MEMORY: &str = "Execution was stopped: it used more than 96 MiB of memory.";
const CPU: &str = "Execution timed out: it used more than 1 s of CPU time.";

/// Makes orphans without end, which keeps the supervisor busy reaping them.
const ORPHANS: &str = "
import os, time
def orphans():
    while True:
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)
            os._exit(0)
        os.wait()
for _ in range(2):
    if os.fork() == 0:
        orphans()
";

#[test]
fn limits_hold_while_a_program_makes_orphans() {
    let hog = format!("{ORPHANS}held = [b'x' * (1 << 20) for _ in range(400)]\ntime.sleep(1)\n");
    let burner = format!("{ORPHANS}\nwhile time.process_time() < 4: pass\n");
    for mode in EVERY_MODE {
        let Some(service) = start(mode, &SETTINGS.replace("cpu_ms = 1000", "cpu_ms = 600000")) else { continue };
        check(mode, &service, &[("memory", &hog, "memory_limit", MEMORY)]);
        let Some(service) = start(mode, SETTINGS) else { continue };
        check(mode, &service, &[("CPU time", &burner, "timeout", CPU)]);
    }
}

const SHM_FILES: &str = "
import time
for number in range(40):
    with open(f'/dev/shm/{number}', 'wb') as file:
        for _ in range(10):
            file.write(b'x' * (1 << 20))
";
const SYSTEM_V: &str = "
import ctypes, time
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(20):
    segment = libc.shmget(0, 10 << 20, 0o1600)
    place = libc.shmat(segment, None, 0)
    ctypes.memset(place, 1, 10 << 20)
    libc.shmdt(ctypes.c_void_p(place))
time.sleep(110)
";
const MEMFDS: &str = "
import os, time
held = [os.memfd_create('x') for _ in range(10)]
for file in held:
    for _ in range(20):
        os.write(file, b'x' * (1 << 20))
time.sleep(110)
";
const MAPPED: &str = "
import mmap, time
held = mmap.mmap(-1, 400 << 20)
for place in range(0, 400 << 20, 4096):
    held[place] = 1
time.sleep(110)
";
/// Maps a file that is unlinked and closed: only the mapping keeps it.
const MAPPED_FILE: &str = "
import mmap, os, time
held = []
for _ in range(10):
    file = os.memfd_create('x')
    os.truncate(file, 20 << 20)
    held.append(mmap.mmap(file, 20 << 20))
    os.close(file)
    for place in range(0, 20 << 20, 4096):
        held[-1][place] = 1
time.sleep(110)
";
/// Sends files in memory to itself and closes them: no process has them then.
pub(super) const IN_FLIGHT: &str = "
import array, os, socket, time
held = []
for _ in range(10):
    ends = socket.socketpair()
    file = os.memfd_create('x')
    ends[0].sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [file]))])
    for _ in range(20):
        os.write(file, b'x' * (1 << 20))
    os.close(file)
    held.append(ends)
time.sleep(110)
";
/// The same as [`MEMFDS`] by a process that others of its user may not inspect, because of a system call.
fn not_dumpable() -> String {
    format!("import ctypes\nctypes.CDLL(None).prctl(4, 0)\n{MEMFDS}")
}

/// The same, because nobody may read its executable.
fn unreadable() -> String {
    format!(
        "
import os, shutil, sys
shutil.copy(os.path.realpath(sys.executable), 'copy')
os.chmod('copy', 0o111)
os.execve('copy', [sys.executable, '-c', {MEMFDS:?}], os.environ)
"
    )
}

#[test]
fn memory_counts_wherever_it_is_held() {
    for mode in EVERY_MODE {
        let Some(service) = start(mode, SETTINGS) else { continue };
        check(
            mode,
            &service,
            &[
                ("memory files", MEMFDS, "memory_limit", MEMORY),
                ("shared mapping", MAPPED, "memory_limit", MEMORY),
                ("mapped memory files", MAPPED_FILE, "memory_limit", MEMORY),
                ("memory files in flight", IN_FLIGHT, "memory_limit", MEMORY),
                ("a process that is not dumpable", &not_dumpable(), "memory_limit", MEMORY),
                ("an unreadable executable", &unreadable(), "memory_limit", MEMORY),
            ],
        );
        if WITH_NAMESPACE.contains(&mode) {
            check(mode, &service, &[("System V segments", SYSTEM_V, "memory_limit", MEMORY)]);
            // Either limit may end it first: the folder's or the memory's.
            let answer = post(&service, &json!({"code": SHM_FILES}));
            let error = answer["error"].as_str().expect("text");
            let held = error.ends_with(MEMORY) || error.contains("No space left on device");
            assert!(held, "/dev/shm ({mode}): {answer}");
        }
    }
}

/// Mounts file systems in memory in namespaces of its own, in every possible way, and fills them.
const MOUNTED: &str = "
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000 | 0x20000) != 0:
    raise SystemExit('no namespaces of its own')
got = [kind for kind in (b'tmpfs', b'ramfs') if libc.mount(kind, b'/mnt', kind, 0, None) == 0]
context = libc.syscall(430, b'tmpfs', 0)
if context >= 0 and libc.syscall(431, context, 6, None, None, 0) == 0:
    got.append(libc.syscall(432, context, 0, 0))
if got:
    with open('/mnt/file', 'wb') as file:
        for _ in range(200):
            file.write(bytes(1 << 20))
    time.sleep(110)
";

#[test]
fn no_memory_hides_in_mounts_of_a_program_s_own() {
    for mode in EVERY_MODE {
        let Some(service) = start(mode, SETTINGS) else { continue };
        let answer = post(&service, &json!({"code": MOUNTED}));
        let status = &answer["status"];
        assert!(status == "completed" || status == "memory_limit" || answer["exit_code"] == 1, "{mode}: {answer}");
    }
}

const SHM_SIZE: &str = "
import os
found = os.statvfs('/dev/shm')
print(found.f_blocks * found.f_frsize, found.f_files)
";
const HOLDS_SHARED: &str = "
import os, time
with open('/dev/shm/file', 'wb') as file:
    file.write(b'x' * (20 << 20))
memory = os.memfd_create('x')
os.write(memory, b'x' * (20 << 20))
time.sleep(2)
";

#[test]
fn shared_memory_has_a_size_and_is_reported() {
    for mode in WITH_NAMESPACE {
        let Some(service) = start(mode, SETTINGS) else { continue };
        let answer = post(&service, &json!({"code": SHM_SIZE}));
        let sizes: Vec<u64> =
            answer["output"].as_str().expect("text").split_whitespace().flat_map(str::parse).collect();
        assert!(sizes[0] == 100_663_296 && sizes[1] <= 100_000, "{mode}: {answer}");
        let answer = post(&service, &json!({"code": HOLDS_SHARED}));
        let peak = answer["peak_memory_bytes"].as_u64().expect("a number");
        assert!(answer["status"] == "completed" && peak > 40 << 20, "{mode}: {answer}");
    }
}

/// Runs `count` children one after the other with SIGCHLD ignored: the kernel reaps them, and no parent accounts for their time.
fn ignored_children(count: u32, burn: &str) -> String {
    format!(
        "
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range({count}):
    ours, theirs = os.pipe()
    if os.fork() == 0:
        while time.process_time() < {burn}: pass
        os._exit(0)
    os.close(theirs)
    os.read(ours, 1)
    os.close(ours)
"
    )
}

const TWICE_REMOVED: &str = "
import os, time
for _ in range(3):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            while time.process_time() < 3: pass
        os._exit(0)
    os.wait()
time.sleep(110)
";
const GRANDCHILDREN: &str = "
import os, time
for _ in range(100):
    if os.fork() == 0:
        if os.fork() == 0:
            while time.process_time() < 0.05: pass
            os._exit(0)
        os.wait()
        os._exit(0)
    os.wait()
time.sleep(110)
";

#[test]
fn cpu_time_of_children_counts_whoever_waits_for_them() {
    let (long, short) = (ignored_children(100, "0.2"), ignored_children(2000, "0.008"));
    for mode in EVERY_MODE {
        let Some(service) = start(mode, SETTINGS) else { continue };
        check(
            mode,
            &service,
            &[
                ("children that nobody waits for", &long, "timeout", CPU),
                ("daemons", TWICE_REMOVED, "timeout", CPU),
                ("grandchildren", GRANDCHILDREN, "timeout", CPU),
            ],
        );
        match kernel_counts_cpu() {
            Ok(()) => check(mode, &service, &[("short children that nobody waits for", &short, "timeout", CPU)]),
            Err(reason) => skip(format_args!("short children, {mode}: {reason}")),
        }
    }
}

/// Whether the kernel can count the CPU time of a whole tree, including processes that have ended. If not, the reason.
fn kernel_counts_cpu() -> Result<(), String> {
    let level = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").unwrap_or_default();
    let allowed = level.trim().parse::<i32>().is_ok_and(|level| level <= 2 || nix::unistd::geteuid().is_root());
    if allowed { Ok(()) } else { Err(format!("perf_event_paranoid is {level:?}")) }
}

#[test]
fn the_reported_cpu_time_includes_ignored_children() {
    if let Err(reason) = kernel_counts_cpu() {
        return skip(reason);
    }
    let Some(service) = start("user-namespaces", SETTINGS) else { return };
    let answer = post(&service, &json!({"code": ignored_children(20, "0.02")}));
    let cpu = answer["cpu_ms"].as_f64().expect("a number");
    assert!(answer["status"] == "completed" && cpu > 400.0, "{answer}");
}

const SENDS_ITSELF: &str = "
import os, signal
os.kill(os.getpid(), signal.SIGXCPU)
";
/// Sets its own CPU limit: the kernel then kills it, not Runtray.
const LOWERS_ITS_OWN: &str = "
import resource
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True: pass
";

#[test]
fn a_cpu_limit_is_reported_only_if_runtray_enforced_it() {
    let settings = SETTINGS.replace("cpu_ms = 1000", "cpu_ms = 20000");
    let service = Service::start_with(&settings);
    check(
        "as it comes",
        &service,
        &[
            ("a signal of its own", SENDS_ITSELF, "crashed", "Execution crashed: it was ended by SIGXCPU."),
            ("a limit of its own", LOWERS_ITS_OWN, "crashed", "Execution crashed: it was ended by SIGKILL."),
        ],
    );
}

/// Prints the signal masks that a program starts with. It uses `cat`, because Python itself ignores two signals.
const SIGNALS: &str = "
import subprocess
print(subprocess.run(['cat', '/proc/self/status'], capture_output=True, text=True).stdout)
";

#[test]
fn every_signal_has_its_default_effect() {
    for mode in EVERY_MODE {
        let home = Home::new(SETTINGS);
        let mut command = std::process::Command::new("python3");
        command.args(["-c", IGNORES_ALL]).arg(runtray(&home).get_program()).args(["serve", "--port", "0"]);
        command.env("RUNTRAY_HOME", home.path()).env(SWITCH, mode);
        let service = Service::start_by(command, &home);
        let answer = post(&service, &json!({"code": SIGNALS}));
        let status = answer["output"].as_str().expect("text");
        for field in ["SigIgn", "SigBlk"] {
            let line = status.lines().find(|line| line.starts_with(field));
            assert_eq!(line, Some(format!("{field}:\t0000000000000000").as_str()), "{mode}: {answer}");
        }
    }
}

/// Ignores and blocks every signal, including those reserved by the C library, and then executes its arguments.
const IGNORES_ALL: &str = "
import ctypes, os, signal, sys
libc = ctypes.CDLL(None)
action = (ctypes.c_ulong * 4)(1, 0, 0, 0)
numbers = {'x86_64': (13, 14), 'aarch64': (134, 135)}.get(os.uname().machine)
if numbers:
    for number in range(32, 65):
        libc.syscall(numbers[0], number, action, None, 8)
    # All but the one that the service is told to stop by.
    mask = ctypes.c_ulong(~(1 << (signal.SIGTERM - 1)) & (1 << 64) - 1)
    libc.syscall(numbers[1], 2, ctypes.byref(mask), None, 8)
os.execv(sys.argv[1], sys.argv[1:])
";

/// Starts many threads, which do not count as processes.
const THREADS: &str = "
import threading
go = threading.Event()
threads = [threading.Thread(target=go.wait) for _ in range(200)]
for thread in threads:
    thread.start()
go.set()
for thread in threads:
    thread.join()
print(len(threads))
";
/// Runs pipelines. The shell gets SIGCHLD for the first command while it starts the second.
const PIPELINES: &str = r#"
import subprocess
for _ in range(150):
    ran = subprocess.run("printf 'b\\na\\n' | sort", shell=True, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ('a\nb\n', ''), ran
print('all')
"#;

#[test]
fn processes_and_threads_start_below_the_limit_whatever_signals_come() {
    for mode in EVERY_MODE {
        let Some(service) = start(mode, SETTINGS) else { continue };
        for (name, code, output) in [("pipelines", PIPELINES, "all\n"), ("threads", THREADS, "200\n")] {
            let answer = post(&service, &json!({"code": code}));
            assert_eq!(answer["output"], Value::from(output), "{name} ({mode}): {answer}");
            assert_eq!(answer["status"], "completed", "{name} ({mode}): {answer}");
        }
    }
}
