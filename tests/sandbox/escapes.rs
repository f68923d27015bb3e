//! The attempts to get out of the sandbox, each with what stops it and a harmless twin that must work.

/// What stops an attempt, with the error numbers that it answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wall {
    /// The run's own root folder, and Landlock: the path is not there, closed, or read-only.
    Files,
    /// The filter of system calls.
    Calls,
    /// The run's own network, or the filter that allows no sockets.
    Network,
    /// The run's own processes, and what Landlock and the filter keep from reaching others.
    Processes,
    /// The run's capabilities: none.
    Rights,
}

impl Wall {
    /// ENOENT and so on, as numbers of Linux; 0 is an error of Python's own.
    pub(super) fn answers(self) -> &'static [i64] {
        match self {
            Self::Files => &[1, 2, 13, 18, 20, 30],
            Self::Calls => &[1, 38],
            Self::Network => &[1, 2, 13, 97, 101, 111, -2, -3],
            Self::Processes => &[1, 2, 3, 13],
            Self::Rights => &[1, 2, 13, 22],
        }
    }
}

/// Where an attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In each way of containment.
    Everywhere,
    /// Where runs have a root folder of their own; elsewhere the service says that this is open.
    Rooted,
}

/// An attempt: its name, what stops it, the program, and the twin.
pub(super) struct Escape(
    pub(super) &'static str,
    pub(super) Wall,
    pub(super) Where,
    pub(super) &'static str,
    pub(super) &'static str,
);

use Wall::{Calls, Files, Network, Processes, Rights};
use Where::{Everywhere, Rooted};

const OWN_FILE: &str = "write('own'); assert read('own') == b'x'";
const OWN_SOCKETS: &str = "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'";

pub(super) const ESCAPES: &[Escape] = &[
    // The home.
    Escape("read a key", Files, Everywhere, "read(HOME + '/.ssh/id_ed25519')", OWN_FILE),
    Escape("read credentials", Files, Everywhere, "read(HOME + '/.aws/credentials')", OWN_FILE),
    Escape("read a document", Files, Everywhere, "read(HOME + '/data.csv')", OWN_FILE),
    Escape("read .npmrc", Files, Everywhere, "read(HOME + '/.npmrc')", OWN_FILE),
    Escape(
        "list the home",
        Files,
        Everywhere,
        "assert os.listdir(HOME) == [], os.listdir(HOME); read(HOME + '/x')",
        "os.listdir('.')",
    ),
    Escape("list above the home", Files, Everywhere, "os.listdir(os.path.dirname(HOME))", "os.listdir('.')"),
    Escape("ask for a file's size", Files, Rooted, "os.stat(HOME + '/.ssh/id_ed25519')", "os.stat('main.py')"),
    Escape(
        "a link to a key",
        Files,
        Everywhere,
        "os.symlink(HOME + '/.ssh/id_ed25519', 'l1'); read('l1')",
        "write('o1'); os.symlink('o1', 'l2'); read('l2')",
    ),
    Escape(
        "a hard link to a key",
        Files,
        Everywhere,
        "os.link(HOME + '/.ssh/id_ed25519', 'l3')",
        "write('o2'); os.link('o2', 'l4')",
    ),
    Escape(
        "move a file out of the home",
        Files,
        Everywhere,
        "os.rename(HOME + '/data.csv', 'd')",
        "write('o3'); os.mkdir('f3'); os.rename('o3', 'f3/o3')",
    ),
    Escape(
        "through /proc/self/root",
        Files,
        Everywhere,
        "read('/proc/self/root' + HOME + '/.ssh/id_ed25519')",
        "read('/proc/meminfo')",
    ),
    Escape(
        "through /proc/1/root",
        Files,
        Everywhere,
        "read('/proc/1/root' + HOME + '/.ssh/id_ed25519')",
        "read('/proc/meminfo')",
    ),
    Escape(
        "through /proc/1/cwd",
        Files,
        Everywhere,
        "os.listdir('/proc/1/cwd' + HOME)",
        "os.readlink('/proc/self/cwd')",
    ),
    Escape(
        "through ..",
        Files,
        Everywhere,
        "read('../' * 20 + HOME[1:] + '/.ssh/id_ed25519')",
        "os.mkdir('f4'); write('o4'); read('f4/../o4')",
    ),
    Escape(
        "through a folder that is only held",
        Files,
        Everywhere,
        "f = os.open(HOME, os.O_PATH); os.open('.ssh/id_ed25519', os.O_RDONLY, dir_fd=f)",
        "f = os.open('.', os.O_PATH); os.close(os.open('main.py', os.O_RDONLY, dir_fd=f))",
    ),
    Escape(
        "a race of links",
        Files,
        Everywhere,
        r"
import threading, time
write('mine')
key, end = HOME + '/.ssh/id_ed25519', time.monotonic() + 0.4
def swap():
    while time.monotonic() < end:
        for target in 'mine', key:
            os.symlink(target, 'new'); os.rename('new', 'race')
thread = threading.Thread(target=swap); thread.start()
while time.monotonic() < end:
    try:
        if read('race') != b'x': raise SystemExit('the race was won')
    except OSError as error:
        last = error
thread.join()
raise last
",
        "write('o5'); os.symlink('o5', 'l5'); os.rename('l5', 'l6'); read('l6')",
    ),
    // Runtray's own.
    Escape("read the settings", Files, Everywhere, "read(C['runtray'] + '/config/settings.toml')", OWN_FILE),
    Escape("read the token", Files, Everywhere, "read(C['runtray'] + '/data/token')", OWN_FILE),
    Escape(
        "read the journal",
        Files,
        Everywhere,
        "read(C['runtray'] + '/data/journal.sqlite3')",
        "import sqlite3; sqlite3.connect('own.db').execute('create table t (a)')",
    ),
    Escape("list the runs", Files, Everywhere, "os.listdir(C['runtray'] + '/runs')", "os.listdir('.')"),
    Escape(
        "change the settings",
        Files,
        Everywhere,
        "write(C['runtray'] + '/config/settings.toml', '#', 'a')",
        "write('o6', '#', 'a')",
    ),
    Escape(
        "replace the settings",
        Files,
        Everywhere,
        "write('o7'); os.rename('o7', C['runtray'] + '/config/settings.toml')",
        "write('o8'); write('o9'); os.rename('o8', 'o9')",
    ),
    // Writing.
    Escape(
        "write into the home",
        Files,
        Everywhere,
        "write(HOME + '/new')",
        "import tempfile; tempfile.NamedTemporaryFile('w').write('x')",
    ),
    Escape("change .bashrc", Files, Everywhere, "write(HOME + '/.bashrc', 'x', 'a')", "write('.bashrc', 'x', 'a')"),
    Escape("change .npmrc", Files, Everywhere, "write(HOME + '/.npmrc', 'x', 'a')", "write('.npmrc', 'x', 'a')"),
    Escape(
        "truncate a document",
        Files,
        Everywhere,
        "os.truncate(HOME + '/data.csv', 0)",
        "write('o10'); os.truncate('o10', 0)",
    ),
    Escape(
        "open and truncate",
        Files,
        Everywhere,
        "os.open(HOME + '/data.csv', os.O_WRONLY | os.O_TRUNC)",
        "os.close(os.open('o10', os.O_WRONLY | os.O_TRUNC | os.O_CREAT))",
    ),
    Escape("delete a document", Files, Everywhere, "os.unlink(HOME + '/data.csv')", "write('o11'); os.unlink('o11')"),
    Escape("make a folder", Files, Everywhere, "os.mkdir(HOME + '/f')", "os.mkdir('f5')"),
    Escape(
        "a program for the login",
        Files,
        Everywhere,
        "os.makedirs(HOME + '/.config/autostart'); write(HOME + '/.config/autostart/x')",
        "os.makedirs('f6/f7')",
    ),
    Escape("change a mode", Files, Everywhere, "os.chmod(HOME + '/data.csv', 0o777)", OWN_FILE),
    Escape("change a date", Files, Everywhere, "os.utime(HOME + '/data.csv', (1, 1))", OWN_FILE),
    Escape("change an attribute", Files, Everywhere, "os.setxattr(HOME + '/data.csv', 'user.x', b'x')", OWN_FILE),
    Escape("change an owner", Files, Everywhere, "os.chown(HOME + '/data.csv', os.getuid(), os.getgid())", OWN_FILE),
    Escape("a pipe in the home", Files, Everywhere, "os.mkfifo(HOME + '/p')", "os.mkfifo('p')"),
    Escape("a link in the home", Files, Everywhere, "os.symlink('x', HOME + '/l')", "os.symlink('x', 'l7')"),
    // The interpreter and the system.
    Escape(
        "sitecustomize in site-packages",
        Files,
        Everywhere,
        "import sysconfig; write(sysconfig.get_path('purelib') + '/sitecustomize.py')",
        "import sysconfig; os.path.exists(sysconfig.get_path('stdlib') + '/os.py') or 1/0",
    ),
    Escape("change a library", Files, Everywhere, "write(os.__file__, '#', 'a')", "read(os.__file__)"),
    Escape(
        "usercustomize in the user site",
        Files,
        Everywhere,
        "import site; p = site.getusersitepackages(); os.makedirs(p, exist_ok=True); write(p + '/usercustomize.py')",
        "import site; site.getusersitepackages()",
    ),
    Escape(
        "a .pth in the user site",
        Files,
        Everywhere,
        "import site; p = site.getusersitepackages(); os.makedirs(p, exist_ok=True); write(p + '/x.pth')",
        "import site",
    ),
    Escape("/etc/ld.so.preload", Files, Everywhere, "write('/etc/ld.so.preload')", "read('/etc/ld.so.cache')"),
    Escape("/etc/passwd", Files, Everywhere, "write('/etc/passwd', 'x', 'a')", "import pwd; pwd.getpwuid(os.getuid())"),
    Escape(
        "a program in /usr/local/bin",
        Files,
        Everywhere,
        "write('/usr/local/bin/runtray-escape')",
        "os.listdir('/usr/bin')",
    ),
    Escape("a task for cron", Files, Everywhere, "write('/etc/cron.d/runtray-escape')", OWN_FILE),
    Escape("password hashes", Files, Everywhere, "read('/etc/shadow')", "read('/etc/passwd')"),
    Escape(
        "private certificates",
        Files,
        Everywhere,
        "os.listdir('/etc/ssl/private')",
        "os.listdir('/usr/share/zoneinfo')",
    ),
    Escape("logs", Files, Everywhere, "os.listdir('/var/log')", "os.listdir('/usr/lib')"),
    Escape("list the root", Files, Everywhere, "os.listdir('/')", "os.listdir('/usr')"),
    Escape("list /root", Files, Everywhere, "os.listdir('/root')", "os.listdir('.')"),
    Escape("list /home", Files, Everywhere, "os.listdir('/home')", "os.listdir('.')"),
    Escape("list /run", Files, Everywhere, "os.listdir('/run')", "os.listdir('.')"),
    Escape("list /etc", Files, Everywhere, "os.listdir('/etc')", "read('/etc/nsswitch.conf')"),
    Escape("a file in the machine's /tmp", Files, Everywhere, "read(C['tmp'])", "import tempfile; tempfile.mkdtemp()"),
    Escape(
        "a file in the machine's /dev/shm",
        Files,
        Everywhere,
        "read(C['shm'])",
        "import tempfile; tempfile.mkdtemp()",
    ),
    Escape(
        "a disk",
        Files,
        Everywhere,
        "import glob; [os.open(p, os.O_RDONLY) for p in glob.glob('/dev/[svn]d*') + ['/dev/vda', '/dev/sda']]",
        "open('/dev/zero', 'rb').read(1)",
    ),
    Escape(
        "memory of the machine",
        Files,
        Everywhere,
        "os.open('/dev/mem', os.O_RDONLY)",
        "open('/dev/urandom', 'rb').read(1)",
    ),
    Escape("the kernel's log", Files, Everywhere, "os.open('/dev/kmsg', os.O_RDWR)", "write('/dev/null')"),
    Escape(
        "other terminals",
        Files,
        Everywhere,
        "import glob; p = [p for p in ['/dev/pts/%d' % n for n in range(64)] + ['/dev/tty1'] if os.path.exists(p)]; [os.open(x, os.O_WRONLY | os.O_NOCTTY) for x in p + ['/dev/tty1']]",
        "open('/dev/full', 'rb').read(1)",
    ),
    Escape(
        "make a device",
        Rights,
        Everywhere,
        "os.mknod('dev', 0o600 | 0o060000, os.makedev(254, 0)); os.open('dev', os.O_RDONLY)",
        "os.mkfifo('p2')",
    ),
    // The kernel's own files.
    Escape(
        "the supervisor's environment",
        Processes,
        Everywhere,
        "read('/proc/1/environ')",
        "read('/proc/meminfo')",
    ),
    Escape(
        "the supervisor's memory",
        Processes,
        Everywhere,
        "os.open('/proc/1/mem', os.O_RDWR)",
        "read('/proc/meminfo')",
    ),
    Escape(
        "the service's environment",
        Processes,
        Everywhere,
        "read('/proc/%d/environ' % C['pid'])",
        "read('/proc/meminfo')",
    ),
    Escape(
        "core_pattern",
        Files,
        Everywhere,
        "write('/proc/sys/kernel/core_pattern', '|/bin/sh')",
        "read('/proc/sys/kernel/osrelease')",
    ),
    Escape("modprobe", Files, Everywhere, "write('/proc/sys/kernel/modprobe', '/bin/sh')", "read('/proc/meminfo')"),
    Escape("sysrq", Files, Everywhere, "write('/proc/sysrq-trigger', 'h')", "read('/proc/cpuinfo')"),
    Escape("/sys", Files, Everywhere, "os.listdir('/sys/kernel')", "os.cpu_count()"),
    Escape("/proc/kcore", Files, Everywhere, "os.open('/proc/kcore', os.O_RDONLY)", "read('/proc/stat')"),
    // The network.
    Escape("a server on this machine", Network, Everywhere, "tcp('127.0.0.1', C['server'])", OWN_SOCKETS),
    Escape("a server on this machine, by IPv6", Network, Everywhere, "tcp('::1', C['server'])", OWN_SOCKETS),
    Escape("Runtray itself", Network, Everywhere, "tcp('127.0.0.1', C['port'])", OWN_SOCKETS),
    Escape("Runtray itself, by IPv6", Network, Everywhere, "tcp('::1', C['port'])", OWN_SOCKETS),
    Escape("Runtray itself, as 0.0.0.0", Network, Everywhere, "tcp('0.0.0.0', C['port'])", OWN_SOCKETS),
    Escape(
        "Runtray itself, as localhost",
        Network,
        Everywhere,
        "tcp('localhost', C['port'])",
        "import asyncio; asyncio.run(asyncio.sleep(0))",
    ),
    Escape("another machine", Network, Everywhere, "tcp('203.0.113.1', 80)", OWN_SOCKETS),
    Escape("the local network", Network, Everywhere, "tcp('192.168.1.1', 80)", OWN_SOCKETS),
    Escape("the metadata service", Network, Everywhere, "tcp('169.254.169.254', 80)", OWN_SOCKETS),
    Escape("this machine by its address", Network, Everywhere, "tcp(C['address'], C['server'])", OWN_SOCKETS),
    Escape(
        "a datagram",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('203.0.113.1', 53)); s.send(b'x')",
        OWN_SOCKETS,
    ),
    Escape("a name", Network, Everywhere, "socket.getaddrinfo('example.com', 80)", "socket.inet_aton('127.0.0.1')"),
    Escape("a raw socket", Network, Everywhere, "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", OWN_SOCKETS),
    Escape("a packet socket", Network, Everywhere, "socket.socket(17, socket.SOCK_RAW)", OWN_SOCKETS),
    Escape("netlink", Network, Everywhere, "socket.socket(16, socket.SOCK_RAW, 0)", OWN_SOCKETS),
    Escape("vsock", Network, Everywhere, "socket.socket(40, socket.SOCK_STREAM)", OWN_SOCKETS),
    Escape(
        "the kernel's ciphers",
        Network,
        Everywhere,
        "socket.socket(38, socket.SOCK_SEQPACKET)",
        "import hashlib; hashlib.sha256(b'').digest()",
    ),
    Escape("bluetooth", Network, Everywhere, "socket.socket(31, socket.SOCK_RAW, 1)", OWN_SOCKETS),
    Escape("a pair of another family", Network, Everywhere, "socket.socketpair(socket.AF_INET)", OWN_SOCKETS),
    Escape(
        "an abstract socket",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.connect('\\0' + C['abstract'])",
        OWN_SOCKETS,
    ),
    Escape(
        "a UNIX socket in a file",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.connect(C['unix'])",
        OWN_SOCKETS,
    ),
    Escape(
        "a UNIX socket through a link",
        Network,
        Everywhere,
        "os.symlink(C['unix'], 'sock'); s = socket.socket(socket.AF_UNIX); s.connect('sock')",
        OWN_SOCKETS,
    ),
    Escape(
        "Docker",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.connect('/var/run/docker.sock')",
        OWN_SOCKETS,
    ),
    Escape(
        "D-Bus",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.connect('/run/dbus/system_bus_socket')",
        OWN_SOCKETS,
    ),
    Escape(
        "X11",
        Network,
        Everywhere,
        "s = socket.socket(socket.AF_UNIX); s.connect('\\0/tmp/.X11-unix/X0')",
        OWN_SOCKETS,
    ),
    // Other processes.
    Escape("a signal", Processes, Everywhere, "os.kill(C['victim'], 9)", "os.kill(os.getpid(), 0)"),
    Escape(
        "a signal to the service",
        Processes,
        Everywhere,
        "os.kill(C['pid'], 0)",
        "signal.signal(signal.SIGUSR1, lambda *_: None); os.kill(os.getpid(), signal.SIGUSR1)",
    ),
    Escape(
        "a pidfd",
        Processes,
        Everywhere,
        "f = os.pidfd_open(C['victim']); signal.pidfd_send_signal(f, 9)",
        "os.pidfd_open(os.getpid())",
    ),
    Escape(
        "trace the parent",
        Calls,
        Everywhere,
        "r = libc.ptrace(16, os.getppid(), 0, 0); e = ctypes.get_errno(); assert r < 0; raise OSError(e, 'ptrace')",
        "import subprocess; subprocess.run(['true'], check=True)",
    ),
    Escape(
        "let the parent trace",
        Calls,
        Everywhere,
        "call(101, 0, 0, 0, 0)",
        "import subprocess; subprocess.run(['true'], check=True)",
    ),
    Escape(
        "read another process",
        Calls,
        Everywhere,
        "call(310, os.getppid(), 0, 0, 0, 0, 0)",
        "read('/proc/meminfo')",
    ),
    Escape("write another process", Calls, Everywhere, "call(311, os.getppid(), 0, 0, 0, 0, 0)", "os.getpid()"),
    Escape("take a descriptor", Calls, Everywhere, "f = os.pidfd_open(os.getppid()); call(438, f, 0, 0)", "os.dup(0)"),
    Escape("compare processes", Calls, Everywhere, "call(312, os.getpid(), os.getppid(), 0, 0, 0)", "os.getppid()"),
    Escape("another user", Rights, Everywhere, "os.setuid(12345)", "os.setuid(os.getuid())"),
    Escape("another group", Rights, Everywhere, "os.setgroups([12345])", "os.getgroups()"),
    // Namespaces and mounts.
    Escape("a user namespace", Calls, Everywhere, "call(272, 0x10000000)", "os.fork() or os._exit(0)"),
    Escape("a network namespace", Calls, Everywhere, "call(272, 0x40000000)", "os.getpid()"),
    Escape(
        "clone into a user namespace",
        Calls,
        Everywhere,
        "call(56, 0x10000000 | 17, 0, 0, 0, 0)",
        "import threading; t = threading.Thread(target=int); t.start(); t.join()",
    ),
    Escape(
        "clone into a PID namespace",
        Calls,
        Everywhere,
        "call(56, 0x20000000 | 17, 0, 0, 0, 0)",
        "import threading; t = threading.Thread(target=int); t.start(); t.join()",
    ),
    Escape(
        "clone3",
        Calls,
        Everywhere,
        "call(435, ctypes.create_string_buffer(88), 88)",
        "import subprocess; subprocess.run(['true'], check=True)",
    ),
    Escape(
        "enter a namespace",
        Calls,
        Everywhere,
        "f = os.open('/proc/self/ns/user', os.O_RDONLY); call(308, f, 0)",
        "os.readlink('/proc/self/ns/user')",
    ),
    Escape("mount", Calls, Everywhere, "call(165, b'x', b'.', b'tmpfs', 0, 0)", "os.mkdir('f8')"),
    Escape("unmount", Calls, Everywhere, "call(166, b'/', 2)", "os.statvfs('.')"),
    Escape("another root", Calls, Everywhere, "call(155, b'.', b'.')", "os.chdir('.')"),
    Escape("chroot", Calls, Everywhere, "os.chroot('.')", "os.chdir('.')"),
    Escape("copy a mount", Calls, Everywhere, "call(428, -100, b'/', 1)", "os.open('.', os.O_PATH)"),
    Escape("place a mount", Calls, Everywhere, "call(429, -100, b'.', -100, b'.', 0)", "os.getcwd()"),
    Escape("a new file system", Calls, Everywhere, "call(430, b'tmpfs', 0)", "os.getcwd()"),
    Escape(
        "change a mount",
        Calls,
        Everywhere,
        "call(442, -100, b'/', 0, ctypes.create_string_buffer(32), 32)",
        "os.getcwd()",
    ),
    Escape(
        "a file by its handle",
        Calls,
        Everywhere,
        "call(304, -100, ctypes.create_string_buffer(64), 0)",
        "os.stat('.')",
    ),
    Escape(
        "a handle",
        Calls,
        Everywhere,
        "call(303, -100, b'.', ctypes.create_string_buffer(64), ctypes.create_string_buffer(8), 0)",
        "os.stat('.')",
    ),
    // Interfaces of the kernel.
    Escape(
        "io_uring",
        Calls,
        Everywhere,
        "call(425, 8, ctypes.create_string_buffer(120))",
        "import select; select.epoll()",
    ),
    Escape("bpf", Calls, Everywhere, "call(321, 0, ctypes.create_string_buffer(120), 120)", "os.getpid()"),
    Escape(
        "perf",
        Calls,
        Everywhere,
        "call(298, ctypes.create_string_buffer(120), 0, -1, -1, 0)",
        "import time; time.perf_counter()",
    ),
    Escape("userfaultfd", Calls, Everywhere, "call(323, 0)", "import mmap; mmap.mmap(-1, 4096)"),
    Escape("keys of the kernel", Calls, Everywhere, "call(250, 0, -3, 0, 0, 0)", "os.urandom(1)"),
    Escape("add a key", Calls, Everywhere, "call(248, b'user', b'x', b'x', 1, -3)", "os.urandom(1)"),
    Escape("request a key", Calls, Everywhere, "call(249, b'user', b'x', 0, -3)", "os.urandom(1)"),
    Escape("secret memory", Calls, Everywhere, "call(447, 0)", "os.close(os.memfd_create('x'))"),
    Escape("watch all files", Calls, Everywhere, "call(300, 0, 0)", "call(294, 0)"),
    Escape("load a module", Calls, Everywhere, "call(175, b'', 0, b'')", "import json"),
    Escape("load a module from a file", Calls, Everywhere, "call(313, 0, b'', 0)", "import json"),
    Escape("another kernel", Calls, Everywhere, "call(246, 0, 0, 0, 0)", "os.uname()"),
    Escape("restart the machine", Calls, Everywhere, "call(169, 0, 0, 0, 0)", "os.uname()"),
    Escape("swap", Calls, Everywhere, "call(167, b'/x', 0)", "os.sysconf('SC_PHYS_PAGES')"),
    Escape(
        "the kernel's messages",
        Calls,
        Everywhere,
        "call(103, 3, ctypes.create_string_buffer(100), 100)",
        "os.uname()",
    ),
    Escape("the clock", Calls, Everywhere, "call(164, ctypes.create_string_buffer(16), 0)", "import time; time.time()"),
    Escape("the machine's name", Calls, Everywhere, "call(170, b'x', 1)", "socket.gethostname()"),
    Escape("quotas", Calls, Everywhere, "call(179, 0, b'/', 0, 0)", "os.statvfs('.')"),
    Escape("accounting", Calls, Everywhere, "call(163, b'/x')", "import resource; resource.getrusage(0)"),
    Escape("another personality", Calls, Everywhere, "call(135, 0x0040000)", "call(135, 0xffffffff)"),
    Escape("an x32 call", Calls, Everywhere, "call(0x40000000 | 39)", "call(39)"),
    Escape("ports of devices", Calls, Everywhere, "call(172, 3)", "os.getpid()"),
    Escape("segments", Calls, Everywhere, "call(154, 0, ctypes.create_string_buffer(64), 64)", "os.getpid()"),
    Escape(
        "type into a terminal",
        Calls,
        Everywhere,
        "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
        "import fcntl; fcntl.fcntl(0, fcntl.F_GETFL)",
    ),
    Escape(
        "paste into a console",
        Calls,
        Everywhere,
        "import fcntl; fcntl.ioctl(0, 0x541C, b'\\x02')",
        "import fcntl; fcntl.fcntl(0, fcntl.F_GETFL)",
    ),
    Escape(
        "a line discipline",
        Calls,
        Everywhere,
        "import fcntl, struct; fcntl.ioctl(0, 0x5423, struct.pack('i', 2))",
        "import fcntl; fcntl.fcntl(0, fcntl.F_GETFL)",
    ),
];
