//! The rights of a program over its supervisor and the machine: capabilities, descriptors, signals. And the places in which the
//! service reports its containment mode.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::leftovers::{Marker, launcher};
use crate::harness::{Home, Service, eventually, runtray, skip};

/// Every containment mode, as `RUNTRAY_CONTAINMENT` names it and as the service reports it.
const MODES: [(&str, &str); 3] =
    [("namespaces", "pid_namespace"), ("user-namespaces", "user_namespace"), ("subreaper", "subreaper")];

fn start(mode: &str) -> Service {
    let home = Home::new("isolation = \"none\"");
    let mut command = runtray(&home);
    command.args(["serve", "--port", "0"]).env("RUNTRAY_CONTAINMENT", mode);
    Service::start_by(command, &home)
}

/// The containment mode that the service reports, once it is known.
fn containment(service: &Service) -> String {
    let containment = || service.get("/status").json()["containment"].as_str().map(str::to_owned);
    eventually("the service to know how it holds programs together", containment)
}

/// Calls `check` with a service in each mode that this machine supports.
fn in_every_mode(check: impl Fn(&Service, &str)) {
    for (mode, name) in MODES {
        let service = start(mode);
        match containment(&service) {
            containment if containment == name => check(&service, name),
            containment => skip(format_args!("{mode}: this machine gives {containment}")),
        }
    }
}

fn output(service: &Service, code: &str) -> Value {
    let answer = service.execute(&json!({"code": code, "timeout_ms": 30_000}));
    let output = answer["output"].as_str().expect("text");
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

const CAPABILITIES: &str = "
import json
lines = dict(line.rstrip().split(':\\t') for line in open('/proc/self/status') if line.startswith(('Cap', 'NoNewPrivs')))
print(json.dumps({name: int(value, 16) for name, value in lines.items()}))
";

#[test]
fn programs_have_no_capabilities_and_get_none() {
    let is_root = nix::unistd::geteuid().is_root();
    in_every_mode(|service, mode| {
        let sets = output(service, CAPABILITIES);
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            assert_eq!(sets[set], 0, "{mode}: {sets}");
        }
        assert_eq!(sets["NoNewPrivs"], 1, "{mode}: {sets}");
        // Only root can empty its bounding set, and only root could gain capabilities from it.
        assert!(sets["CapBnd"] == 0 || (mode == "subreaper" && !is_root), "{mode}: {sets}");
    });
}

/// Opens for writing the kernel's files that root may write without a capability and that act outside the run's namespaces.
/// Prints the paths that it can open.
const TINKERER: &str = "
import json, os
worked = []
paths = ['/proc/sysrq-trigger', '/sys/kernel/uevent_helper', '/sys/power/state', '/sys/fs/cgroup/cgroup.procs']
paths += [f'/proc/sys/kernel/{name}' for name in ('core_pattern', 'hostname', 'modprobe', 'pid_max')]
paths += ['/proc/sys/vm/overcommit_memory', '/proc/sys/fs/file-max', '/sys/fs/cgroup/pids/cgroup.procs']
for path in paths:
    try:
        os.close(os.open(path, os.O_WRONLY))
        worked.append(path)
    except OSError:
        pass
print(json.dumps(worked))
";

#[test]
fn programs_cannot_change_the_kernel_s_settings() {
    in_every_mode(|service, mode| {
        // Without namespaces there are no mounts of a run's own; root then protects nothing from root.
        if mode == "subreaper" && nix::unistd::geteuid().is_root() {
            return skip(format_args!("{mode}: nothing protects the machine from root"));
        }
        assert_eq!(output(service, TINKERER), json!([]), "{mode}: a program may change the machine");
    });
}

/// Tries to take each descriptor of its parent, to trace and stop it, and to read its memory. Prints the attempts that work.
const THIEF: &str = "
import ctypes, json, os, signal
libc = ctypes.CDLL(None, use_errno=True)
parent, worked = os.getppid(), []
process = libc.syscall(434, parent, 0)
if process >= 0:
    worked += [f'descriptor {number}' for number in range(64) if libc.syscall(438, process, number, 0) >= 0]
if libc.ptrace(16, parent, None, None) == 0:
    worked.append('trace')
    libc.ptrace(17, parent, None, None)
for name in 'mem', 'environ', 'cwd', 'root', 'exe', *(f'fd/{number}' for number in range(64)):
    try:
        path = f'/proc/{parent}/{name}'
        open(path, 'rb').close() if name in ('mem', 'environ') else os.readlink(path)
        worked.append(name)
    except OSError:
        pass
print(json.dumps(worked))
";

#[test]
fn programs_cannot_reach_into_their_supervisor() {
    in_every_mode(|service, mode| {
        assert_eq!(output(service, THIEF), json!([]), "{mode}: a program reached into its supervisor");
    });
}

/// Steals its supervisor's control socket, which works for root with its capabilities, reports an exit code of 42 over it, stops
/// the supervisor and leaves a daemon.
const FORGER: &str = "
import ctypes, os, socket, time
libc = ctypes.CDLL(None, use_errno=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(3600)
process = libc.syscall(434, 1, 0)
libc.ptrace(16, 1, None, None)
for variant in range(8):
    forged = bytes([variant, 1, 84, 0, 0, 0, 0, 0])
    frame = len(forged).to_bytes(4, 'little') + forged
    for number in range(64):
        stolen = libc.syscall(438, process, number, 0)
        if stolen >= 0:
            try:
                os.write(stolen, frame)
            except OSError:
                pass
time.sleep(1)
raise SystemExit(7)
";

#[test]
fn a_program_cannot_forge_its_own_end() {
    in_every_mode(|service, mode| {
        if mode == "subreaper" {
            return;
        }
        let marker = Marker::new();
        let answer = service.execute(&marker.mark(json!({"code": FORGER, "timeout_ms": 20_000})));
        assert_eq!((&answer["status"], &answer["exit_code"]), (&json!("failed"), &json!(7)), "{mode}: {answer}");
        assert_eq!(marker.carriers(), Vec::<u32>::new(), "{mode}: a daemon was left");
    });
}

/// Common operations of programs that run as root.
const EVERY_DAY: &str = "
import os, subprocess, tempfile
open('file', 'w').write('text')
os.chown('file', os.getuid(), os.getgid())
os.chmod('file', 0o600)
os.makedirs('folder/below')
os.rename('file', 'folder/below/file')
tempfile.NamedTemporaryFile().close()
assert subprocess.run(['sh', '-c', 'cat folder/below/file'], capture_output=True).stdout == b'text'
print(os.getuid() == os.geteuid())
";

#[test]
fn common_operations_work_in_every_mode() {
    in_every_mode(|service, mode| {
        let answer = service.execute(&json!({"code": EVERY_DAY, "timeout_ms": 30_000}));
        assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("True\n")), "{mode}: {answer}");
    });
}

/// Sends signals to the processes in its arguments and to its parent, and prints the attempts that work.
const SIGNALS: &str = "
import json, os, signal, subprocess, sys
reached = []
for pid in [os.getppid(), *map(int, sys.argv[1:])]:
    for number in 0, signal.SIGCONT, signal.SIGSTOP, signal.SIGKILL:
        try:
            os.kill(pid, number)
            reached.append([pid, number])
        except OSError:
            pass
child = subprocess.Popen(['sleep', '60'])
child.kill()
assert child.wait() == -signal.SIGKILL
print(json.dumps(reached))
";

#[test]
fn without_namespaces_programs_signal_nothing_but_their_own_processes() {
    if !landlock_scopes_signals() {
        return skip("this kernel cannot keep signals inside (Landlock 6, Linux 6.12)");
    }
    let service = start("subreaper");
    let mut other = Command::new("sleep").arg("60").spawn().expect("sleep starts");
    let pids = [launcher(service.pid()), service.pid(), other.id()].map(|pid| pid.to_string());
    let answer = service.execute(&json!({"code": SIGNALS, "args": pids, "timeout_ms": 30_000}));
    assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("[]\n")), "{answer}");
    assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
    assert!(other.try_wait().expect("a child").is_none(), "another process of the user was ended");
    other.kill().and_then(|()| other.wait()).expect("it ends");
}

/// Asks the kernel for Landlock's version, in a Python that the test itself starts.
fn landlock_scopes_signals() -> bool {
    let ask = "import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))";
    let asked = Command::new("python3").args(["-c", ask]).output().expect("python3 starts");
    String::from_utf8_lossy(&asked.stdout).trim().parse::<i32>().is_ok_and(|version| version >= 6)
}

#[test]
fn the_containment_mode_is_reported_everywhere() {
    in_every_mode(|service, mode| {
        let answer = service.execute(&json!({"code": "print(1)"}));
        assert_eq!(answer["containment"], mode, "{answer}");
        let id = answer["id"].as_str().expect("an id");
        let logged = || {
            let entry = service.get(&format!("/executions/{id}"));
            (entry.status == 200).then(|| entry.json()).filter(|entry| entry["status"] != "running")
        };
        assert_eq!(eventually("the log of the run", logged)["containment"], mode);
        let logs = std::fs::read_dir(service.home().path().join("data/log")).expect("a log").flatten();
        let log: String = logs.map(|log| std::fs::read_to_string(log.path()).unwrap_or_default()).collect();
        let warns = log.contains("containment: subreaper") || service.stderr().contains("containment: subreaper");
        assert_eq!(warns, mode == "subreaper", "{mode}: {log}");
        let mut status = runtray(service.home());
        let status_text =
            status.args(["status", "--port", &service.port().to_string()]).output().expect("runtray starts");
        let status_text = String::from_utf8_lossy(&status_text.stdout).into_owned();
        assert!(status_text.contains(&format!("containment: {mode}\n")), "{mode}: {status_text}");
    });
}
