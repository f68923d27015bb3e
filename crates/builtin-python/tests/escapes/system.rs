//! Ways to other processes, the network and this process's own environment.

use super::Case;

/// Each escape attempt, with a similar harmless action.
pub(super) const SYSTEM: &[Case] = &[
    Case("_socket.socket().connect(('127.0.0.1', 80))", "socket.inet_aton('127.0.0.1')", "b'\\x7f\\x00\\x00\\x01'"),
    Case("_socket.socket().bind(('127.0.0.1', 0))", "socket.htons(1) in (1, 256)", "True"),
    Case("_socket.getaddrinfo('localhost', 80)", "ipaddress.ip_address('::1').is_loopback", "True"),
    Case(
        "_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "urllib.parse.urlsplit('http://localhost:9/a').port",
        "9",
    ),
    Case("socket.create_connection(('127.0.0.1', 80))", "socket.AF_INET.name", "AF_INET"),
    Case("urllib.request.urlopen('http://127.0.0.1')", "urllib.parse.quote('a b')", "a%20b"),
    Case("asyncio.run(asyncio.open_connection('127.0.0.1', 80))", "asyncio.run(asyncio.sleep(0, 'slept'))", "slept"),
    Case("os.environ['RUNTRAY_TOKEN']", "os.environ['OUTSIDE'] == o", "True"),
    Case("os.environ['PATH']", "os.environ.get('PATH', 'none')", "none"),
    Case("os.system('echo')", "os.strerror(2) != ''", "True"),
    Case("os.popen('echo').read()", "io.StringIO('echo').read()", "echo"),
    Case("subprocess.run(['ls', '..'])", "subprocess.list2cmdline(['ls', 'a b'])", "ls \"a b\""),
    Case("os.execv('/bin/sh', ['sh'])", "eval('1 + 1')", "2"),
    Case("os.fork()", "copy.copy([1])", "[1]"),
    Case("os.kill(1, 9)", "os.getpid() > 0", "True"),
    Case("os.kill(os.getppid(), 9)", "signal.Signals(9).name", "SIGKILL"),
    Case("importlib.import_module('ctypes').CDLL(None)", "importlib.import_module('struct').calcsize('P')", "4"),
    Case("importlib.import_module('mmap').mmap(-1, 9)", "bytearray(9)[0]", "0"),
    Case("multiprocessing.Process(target=print).start()", "multiprocessing.current_process().name", "MainProcess"),
];
