//! Attempts to change or to watch other processes of the user, and to reach their objects without a path.

use super::escapes::Escape;
use super::escapes::Wall::{Calls, Files, Network, Objects, Processes};
use super::escapes::Where::Everywhere;

pub(super) const OTHERS: &[Escape] = &[
    // Limits and priorities. PARENT is the supervisor.
    Escape(
        "the limits of another process",
        Processes,
        Everywhere,
        "import resource; resource.prlimit(C['victim'], resource.RLIMIT_CORE, (0, 0))",
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    ),
    Escape(
        "the supervisor's limit of files",
        Calls,
        Everywhere,
        "import resource; resource.prlimit(PARENT, resource.RLIMIT_NOFILE, (64, 64))",
        "import resource; resource.prlimit(PARENT, resource.RLIMIT_NOFILE)",
    ),
    Escape(
        "the supervisor's limit of CPU time",
        Calls,
        Everywhere,
        "import resource; resource.prlimit(PARENT, resource.RLIMIT_CPU, (900, 900))",
        "import resource; resource.prlimit(0, resource.RLIMIT_CPU, (50, 50))",
    ),
    Escape(
        "the priority of another process",
        Processes,
        Everywhere,
        "os.setpriority(os.PRIO_PROCESS, C['victim'], 19)",
        "os.nice(1); os.setpriority(os.PRIO_PROCESS, 0, 19)",
    ),
    Escape(
        "the supervisor's priority",
        Calls,
        Everywhere,
        "os.setpriority(os.PRIO_PROCESS, PARENT, 19)",
        "os.getpriority(os.PRIO_PROCESS, 0)",
    ),
    Escape(
        "the priority of all of the user's processes",
        Calls,
        Everywhere,
        "os.setpriority(os.PRIO_USER, 0, 19)",
        "os.getpriority(os.PRIO_USER, 0)",
    ),
    Escape(
        "the scheduler of the supervisor",
        Calls,
        Everywhere,
        "os.sched_setscheduler(PARENT, os.SCHED_IDLE, os.sched_param(0))",
        "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
    ),
    Escape(
        "the scheduler of another process",
        Processes,
        Everywhere,
        "os.sched_setscheduler(C['victim'], os.SCHED_IDLE, os.sched_param(0))",
        "os.sched_getscheduler(0)",
    ),
    Escape(
        "the processors of the supervisor",
        Calls,
        Everywhere,
        "os.sched_setaffinity(PARENT, os.sched_getaffinity(0))",
        "os.sched_setaffinity(0, os.sched_getaffinity(0))",
    ),
    Escape(
        "the processors of another process",
        Processes,
        Everywhere,
        "os.sched_setaffinity(C['victim'], os.sched_getaffinity(0))",
        "os.sched_getaffinity(0)",
    ),
    Escape(
        "the supervisor's turn at the disk",
        Calls,
        Everywhere,
        "call(251, 1, PARENT, 3 << 13)",
        "call(251, 1, 0, 3 << 13)",
    ),
    Escape(
        "the turn of all of the user's processes at the disk",
        Calls,
        Everywhere,
        "call(251, 3, os.getuid(), 3 << 13)",
        "call(252, 1, 0)",
    ),
    // Facts about the machine in `/proc`.
    Escape(
        "the machine's connections",
        Processes,
        Everywhere,
        "seen_in('net/tcp', b':%04X ' % C['server'])",
        "read('/proc/stat')",
    ),
    Escape(
        "the machine's mounts",
        Processes,
        Everywhere,
        "seen_in('mountinfo', b' /sys ')",
        "read('/proc/filesystems')",
    ),
    Escape(
        "the command line of another process",
        Processes,
        Everywhere,
        "read('/proc/%d/cmdline' % C['victim'])",
        "read('/proc/version')",
    ),
    Escape(
        "the supervisor's state",
        Processes,
        Everywhere,
        "read('/proc/%d/status' % PARENT)",
        "read('/proc/loadavg')",
    ),
    Escape("the supervisor's files", Processes, Everywhere, "os.listdir('/proc/%d/fd' % PARENT)", "os.listdir('.')"),
    Escape("the supervisor's map", Processes, Everywhere, "read('/proc/%d/maps' % PARENT)", "read('/proc/uptime')"),
    Escape("the supervisor's root", Processes, Everywhere, "os.listdir('/proc/%d/root/' % PARENT)", "os.getcwd()"),
    // Sockets of the user, in the places where programs look for them.
    Escape("the bus of the session", Network, Everywhere, "unix(HOME + '/run/bus')", OWN_PAIR),
    Escape("Wayland", Network, Everywhere, "unix(HOME + '/run/wayland-0')", OWN_PAIR),
    Escape("PulseAudio", Network, Everywhere, "unix(HOME + '/run/pulse/native')", OWN_PAIR),
    Escape("Docker without root", Network, Everywhere, "unix(HOME + '/run/docker.sock')", OWN_PAIR),
    Escape("the agent of ssh", Network, Everywhere, "unix(HOME + '/.ssh/agent')", OWN_PAIR),
    Escape("X11 in a file", Network, Everywhere, "unix(C['x11'])", OWN_PAIR),
    Escape("X11 without a file", Network, Everywhere, "unix('\\0' + C['x11'])", OWN_PAIR),
    Escape(
        "a datagram from one of a pair",
        Network,
        Everywhere,
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.sendto(b'x', HOME + '/run/log')",
        OWN_PAIR,
    ),
    Escape(
        "one of a pair connected anew",
        Network,
        Everywhere,
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.connect(HOME + '/run/log'); a.send(b'x')",
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET); a.send(b'x'); assert b.recv(9) == b'x'",
    ),
    Escape(
        "a raw pair, which is one of datagrams",
        Network,
        Everywhere,
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW); a.sendto(b'x', HOME + '/run/log')",
        OWN_PAIR,
    ),
    // Objects without a path.
    Escape("shared memory of System V", Objects, Everywhere, "call(30, C['segment'], 0, 0o10000)", "os.getpid()"),
    Escape(
        "the list of segments",
        Objects,
        Everywhere,
        "call(31, C['segment'], 2, ctypes.create_string_buffer(200))",
        "os.getpid()",
    ),
    Escape("a message queue", Objects, Everywhere, "call(240, C['queue'].encode(), 0, 0, 0)", "os.pipe()"),
    // Files, through calls that watch or describe them.
    Escape(
        "watch what the person opens",
        Files,
        Everywhere,
        "call(254, call(253), (HOME + '/.ssh').encode(), 0xfff)",
        "call(253)",
    ),
    Escape(
        "names of attributes",
        Files,
        Everywhere,
        "os.listxattr(HOME + '/data.csv')",
        "import shutil; write('o20'); shutil.copyfile('o20', 'o21')",
    ),
    Escape(
        "an attribute",
        Files,
        Everywhere,
        "os.getxattr(HOME + '/data.csv', 'user.secret')",
        "write('o22'); os.stat('o22')",
    ),
    // Rights.
    Escape(
        "programs with the rights of others",
        Calls,
        Everywhere,
        "if libc.prctl(39, 0, 0, 0, 0): raise PermissionError(1, 'no new rights')",
        "import subprocess; subprocess.run(['id'], check=True, stdout=subprocess.DEVNULL)",
    ),
    Escape(
        "inherited descriptors",
        Files,
        Everywhere,
        "if not INHERITED: raise FileNotFoundError(2, 'nothing is inherited')",
        "os.fstat(0); os.fstat(1); os.fstat(2)",
    ),
    Escape("a call of 32 bits", Calls, Everywhere, "call_of_32_bits(20)", "os.getpid()"),
    Escape(
        "lend pages to a pipe",
        Calls,
        Everywhere,
        LENT_TO_PIPE,
        "r, w = os.pipe(); os.write(w, b'x'); os.read(r, 1)",
    ),
    Escape(
        "lend pages to a socket",
        Calls,
        Everywhere,
        "socket.socket().setsockopt(socket.SOL_SOCKET, 60, 1)",
        "a, b = socket.socketpair(); a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 9999)",
    ),
    Escape("namespaces of mounts", Calls, Everywhere, "call(272, 0x20000)", OWN_PAIR),
    Escape("namespaces of objects", Calls, Everywhere, "call(272, 0x8000000)", OWN_PAIR),
    Escape("namespaces of names", Calls, Everywhere, "call(272, 0x4000000)", OWN_PAIR),
    Escape("namespaces of control groups", Calls, Everywhere, "call(272, 0x2000000)", OWN_PAIR),
    Escape(
        "clone3 into a user namespace",
        Calls,
        Everywhere,
        "import struct; call(435, struct.pack('11Q', 0x10000000, 0, 0, 0, 17, *[0] * 6), 88) or os._exit(0)",
        "import subprocess; subprocess.run(['true'], check=True)",
    ),
];

const OWN_PAIR: &str = "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'";
const LENT_TO_PIPE: &str = "
import struct
r, w = os.pipe()
page = ctypes.create_string_buffer(4096)
call(278, w, struct.pack('QQ', ctypes.addressof(page), 4096), 1, 0)";
