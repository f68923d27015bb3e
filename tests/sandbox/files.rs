//! Attempts to reach files: the home, Runtray's own, the interpreter, the system, and the kernel's virtual files.

use super::escapes::Escape;
use super::escapes::Wall::{Files, Processes, Rights};
use super::escapes::Where::{Everywhere, Rooted};

const OWN_FILE: &str = "write('own'); assert read('own') == b'x'";

pub(super) const FILES: &[Escape] = &[
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
        "os.rename(HOME + '/old.csv', 'd')",
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
last = None
# The thread leaves the link to the key, so that an attempt ends at it however slow the machine is.
while last is None or time.monotonic() < end:
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
    Escape("delete a document", Files, Everywhere, "os.unlink(HOME + '/draft.csv')", "write('o11'); os.unlink('o11')"),
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
    Escape("the supervisor's environment", Processes, Everywhere, "read('/proc/1/environ')", "read('/proc/meminfo')"),
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
];
