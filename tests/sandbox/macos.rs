//! The same on macOS: the attempts to escape that do not need an interface of Linux, some of its own, and programs that must
//! work.

mod escapes;
mod files;
mod kernel;

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Home, Service, TempDir, runtray};
use escapes::Wall::{Files, Network, Processes, Rights};
use escapes::Where::Everywhere;
use escapes::{Escape, SECRET, attack, complaint};

/// Words for things that only Linux has, in the code of an attempt or its twin.
const OF_LINUX: [&str; 17] = [
    "/proc",
    "/sys",
    "call(",
    "pidfd",
    "setxattr",
    "memfd",
    "O_PATH",
    "C['shm']",
    "C['abstract']",
    "SOCK_RAW",
    "SEQPACKET",
    "socket.socket(40",
    "X11",
    "ptrace",
    "ioctl",
    "ld.so",
    "/dev/full",
];
/// Attempts that are allowed here: Python looks at the root folder to find where it is. The other has a twin for Linux.
const NOT_HERE: [&str; 2] = ["list the root", "list /etc"];

/// Attempts that only macOS knows.
const MAC: &[Escape] = &[
    Escape(
        "the keychains",
        Files,
        Everywhere,
        "import pwd; os.listdir(pwd.getpwuid(os.getuid()).pw_dir + '/Library/Keychains')",
        "import pwd; pwd.getpwuid(os.getuid())",
    ),
    Escape("list the users", Files, Everywhere, "os.listdir('/Users')", "os.listdir('.')"),
    Escape("list the volumes", Files, Everywhere, "os.listdir('/Volumes')", "os.listdir('/usr/lib')"),
    Escape("a disk of the machine", Files, Everywhere, "os.open('/dev/disk0', os.O_RDONLY)", "read('/etc/hosts')"),
    Escape("a file in /tmp", Files, Everywhere, "write('/tmp/runtray-escape')", "import tempfile; tempfile.mkdtemp()"),
    Escape("a file in /private/tmp", Files, Everywhere, "write('/private/tmp/runtray-escape')", "write('o20')"),
    Escape(
        "a program for the login",
        Files,
        Everywhere,
        "os.makedirs(HOME + '/Library/LaunchAgents')",
        "os.makedirs('Library/LaunchAgents')",
    ),
    Escape(
        "a socket of the system",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.connect('/var/run/mDNSResponder')",
        "s = socket.socket(socket.AF_UNIX); s.bind('s1'); s.listen(); c = socket.socket(socket.AF_UNIX); c.connect('s1')",
    ),
    Escape(
        "a socket in /tmp",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.bind('/tmp/runtray-escape')",
        "s = socket.socket(socket.AF_UNIX); s.bind('s2')",
    ),
    Escape(
        "a server of its own",
        Network,
        Everywhere,
        "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()",
        "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'",
    ),
    Escape(
        "the variables of another process",
        Processes,
        Everywhere,
        "m, n = (ctypes.c_int * 3)(1, 49, C['pid']), ctypes.c_size_t(1 << 20)\nb = ctypes.create_string_buffer(1 << 20)\nif libc.sysctl(m, 3, b, ctypes.byref(n), None, 0) < 0: raise OSError(ctypes.get_errno(), 'sysctl')",
        "n, s = ctypes.c_int(), ctypes.c_size_t(4)\nassert libc.sysctlbyname(b'hw.ncpu', ctypes.byref(n), ctypes.byref(s), None, 0) == 0",
    ),
    Escape(
        "the list of processes",
        Processes,
        Everywhere,
        "m, n = (ctypes.c_int * 4)(1, 14, 0, 0), ctypes.c_size_t(0)\nif libc.sysctl(m, 4, None, ctypes.byref(n), None, 0) < 0: raise OSError(ctypes.get_errno(), 'sysctl')",
        "assert os.cpu_count() > 0",
    ),
    Escape(
        "the port of another task",
        Processes,
        Everywhere,
        "p = ctypes.c_uint()\nif libc.task_for_pid(libc.mach_task_self(), C['victim'], ctypes.byref(p)): raise OSError(1, 'refused')",
        "libc.mach_task_self()",
    ),
    Escape(
        "open an application",
        Processes,
        Everywhere,
        "import subprocess\nif subprocess.run(['/usr/bin/open', '-a', 'Calculator'], capture_output=True).returncode: raise OSError(1, 'refused')",
        "import subprocess; subprocess.run(['/usr/bin/true'], check=True)",
    ),
    Escape(
        "command another application",
        Processes,
        Everywhere,
        "import subprocess\nif subprocess.run(['/usr/bin/osascript', '-e', 'tell application \"Finder\" to get name of startup disk'], capture_output=True).returncode: raise OSError(1, 'refused')",
        "import subprocess; subprocess.run(['/bin/sh', '-c', 'true'], check=True)",
    ),
    Escape(
        "a program of another user",
        Rights,
        Everywhere,
        "write('o21'); os.chmod('o21', 0o4755)",
        "write('o22'); os.chmod('o22', 0o755)",
    ),
    Escape(
        "a sandbox without walls",
        Rights,
        Everywhere,
        "import subprocess\nif subprocess.run(['/usr/bin/sandbox-exec', '-p', '(version 1)(allow default)', '/bin/ls', '/Users'], capture_output=True).returncode: raise OSError(1, 'refused')",
        "import subprocess; subprocess.run(['/bin/ls', '/usr/lib'], check=True, stdout=subprocess.DEVNULL)",
    ),
];

/// Programs of Python that must work.
const WORKS: [(&str, &str); 8] = [
    (
        "a pool",
        "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.Pool(2) as p: assert p.map(f, range(3)) == [0, 1, 4]",
    ),
    (
        "a pool of processes",
        "from concurrent.futures import ProcessPoolExecutor\nif __name__ == '__main__':\n    with ProcessPoolExecutor(1) as p: assert p.submit(int, '7').result() == 7",
    ),
    (
        "shared memory",
        "from multiprocessing.shared_memory import SharedMemory\ns = SharedMemory(create=True, size=10); s.buf[0] = 1; s.close(); s.unlink()",
    ),
    (
        "a pseudo-terminal",
        "import os, pty\nm, s = os.openpty(); assert os.isatty(s) and os.ttyname(s); pid, fd = pty.fork()\nif pid == 0: os.write(1, b'x'); os._exit(0)\nassert os.read(fd, 1) == b'x'",
    ),
    (
        "subprocesses",
        "import subprocess, sys\nassert subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True, check=True).stdout == '1\\n'",
    ),
    (
        "subprocesses of asyncio",
        "import asyncio\nasync def main():\n    p = await asyncio.create_subprocess_exec('cat', stdin=-1, stdout=-1)\n    assert (await p.communicate(b'x'))[0] == b'x'\nasyncio.run(main())",
    ),
    (
        "temporary files and sqlite",
        "import sqlite3, tempfile\nwith tempfile.TemporaryDirectory() as d: open(d + '/a', 'w').write('x')\nsqlite3.connect('d.db').execute('create table t (a)')",
    ),
    (
        "time zones, users and processors",
        "import datetime, os, pwd, zoneinfo\nassert datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).utcoffset().seconds == 7200\npwd.getpwuid(os.getuid()); assert os.cpu_count() > 0 and os.sysconf('SC_SEM_NSEMS_MAX')",
    ),
];

/// A home with a secret, a process and servers that a program must not get at.
struct Person {
    home: TempDir,
    victim: Child,
    server: TcpListener,
    _socket: UnixListener,
}

impl Person {
    fn new() -> Self {
        let home = TempDir::new().expect("a folder");
        fs::create_dir(home.path().join(".ssh")).expect("a folder");
        fs::create_dir(home.path().join(".aws")).expect("a folder");
        for name in [".ssh/id_ed25519", ".aws/credentials", ".npmrc", ".bashrc", "data.csv", "tmp"] {
            fs::write(home.path().join(name), SECRET).expect("a file");
        }
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        tell_secrets(server.try_clone().expect("a copy"));
        let socket = UnixListener::bind(home.path().join("socket")).expect("a socket");
        let victim = Command::new("sleep").arg("600").spawn().expect("a process");
        Self { home, victim, server, _socket: socket }
    }

    /// A service whose home is this user's.
    fn service(&self) -> Service {
        let home = Home::new("isolation = \"sandbox\"\n[sandbox]\n");
        let mut command = runtray(&home);
        command.args(["serve", "--port", "0"]).env("HOME", self.home.path());
        Service::start_by(command, &home)
    }

    fn context(&self, service: &Service) -> Value {
        json!({
            "home": self.home.path(), "host": true, "runtray": service.home().path(), "tmp": self.home.path().join("tmp"),
            "port": service.port(), "server": self.server.local_addr().expect("an address").port(), "address": "127.0.0.1",
            "unix": self.home.path().join("socket"), "victim": self.victim.id(), "pid": service.pid(),
        })
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let ended = self.victim.kill().and_then(|()| self.victim.wait());
        drop(ended);
    }
}

/// Sends the secret to every client.
fn tell_secrets(server: TcpListener) {
    thread::spawn(move || {
        while let Ok((mut connection, _)) = server.accept() {
            let _ = connection.write_all(SECRET.as_bytes());
        }
    });
}

#[test]
fn nothing_gets_out_of_the_sandbox() {
    let mut person = Person::new();
    let service = person.service();
    let is_portable = |case: &&Escape| {
        let needs = |word: &&str| case.3.contains(word) || case.4.contains(word);
        !OF_LINUX.iter().any(needs) && !NOT_HERE.contains(&case.0)
    };
    let cases: Vec<&Escape> = escapes::all().filter(is_portable).chain(MAC).collect();
    let results = attack(&service, &person.context(&service), &cases);
    let failures: Vec<String> =
        cases.iter().zip(&results).filter_map(|(case, result)| complaint(case, result)).collect();
    for name in [".ssh/id_ed25519", ".aws/credentials", ".npmrc", ".bashrc", "data.csv"] {
        assert_eq!(fs::read_to_string(person.home.path().join(name)).expect(name), SECRET, "{name} was changed");
    }
    assert!(person.victim.try_wait().expect("a child").is_none(), "the other process was ended");
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), cases.len(), failures.join("\n"));
    // Past the test's capture, so that the count is always seen.
    let _ = writeln!(std::io::stderr(), "\nmacOS: {} attempts held, {} twins worked", cases.len(), cases.len());
}

#[test]
fn programs_work_in_the_sandbox() {
    let person = Person::new();
    let service = person.service();
    let mut failures = Vec::new();
    let node = ("javascript", ("cores", "if (require('os').cpus().length == 0) process.exit(1)"));
    for (language, (name, code)) in WORKS.map(|case| ("python", case)).into_iter().chain([node]) {
        let answer = service.execute(&json!({"code": code, "language": language, "timeout_ms": 60_000}));
        if answer["status"] != "completed" || answer["isolation"] != "sandbox" {
            failures.push(format!("{name}: {answer}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
