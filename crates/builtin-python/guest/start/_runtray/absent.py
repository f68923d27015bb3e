"""What WebAssembly cannot do: the exceptions that CPython raises, with a message that names the way out."""

import concurrent.futures.process
import errno
import hashlib
import hmac
import importlib.abc
import importlib.util
import itertools
import multiprocessing.context
import multiprocessing.process
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import _thread

WAY_OUT = "not available in the built-in Python; choose your own Python in Settings"

# Modules that this CPython was built without, and what a person knows each as.
MODULES = {
    "_ctypes": "ctypes is",
    "_curses": "curses is",
    "curses": "curses is",
    "turtledemo": "turtledemo is",
    "_dbm": "dbm.ndbm is",
    "_gdbm": "dbm.gnu is",
    "_multiprocessing": "multiprocessing is",
    "_posixshmem": "shared memory is",
    "_posixsubprocess": "subprocess is",
    "_ssl": "ssl is",
    "_tkinter": "tkinter is",
    "_zstd": "zstd compression is",
    "ensurepip": "ensurepip is",
    "fcntl": "fcntl is",
    "grp": "grp is",
    "idlelib": "idlelib is",
    "mmap": "mmap is",
    "pip": "pip is",
    "pty": "pty is",
    "pwd": "pwd is",
    "readline": "readline is",
    "resource": "resource is",
    "syslog": "syslog is",
    "termios": "termios is",
    "tkinter": "tkinter is",
    "turtle": "turtle is",
    "venv": "venv is",
}

# Functions of `os` that CPython has elsewhere.
FUNCTIONS = frozenset(
    "WNOHANG chown chroot copy_file_range ctermid dup2 eventfd execl execle execlp execlpe execv execve execvp execvpe fchdir fchmod"
    " fchown fork forkpty get_terminal_size getegid geteuid getgid getgroups getloadavg getlogin getpgid getpgrp getppid"
    " getpriority getsid getuid initgroups kill killpg lchown lockf memfd_create mkfifo mknod nice openpty pidfd_open pipe pipe2"
    " posix_fallocate posix_spawn posix_spawnp readv register_at_fork sched_getaffinity sendfile setegid seteuid setgid setgroups"
    " setpgid setsid setuid spawnl spawnle spawnlp spawnv spawnve spawnvp startfile statvfs sync system tcgetpgrp ttyname umask"
    " unshare wait wait3 wait4 waitid waitpid writev".split()
)

# What `multiprocessing` gives a program to start and to share.
SHARED = (
    "Array Barrier BoundedSemaphore Condition Event JoinableQueue Lock Manager Pipe Pool Queue RLock RawArray RawValue"
    " Semaphore SimpleQueue Value"
).split()


class Finder(importlib.abc.MetaPathFinder):
    """The last finder: it finds nothing, and says so better."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if "." in name:
            return None
        error = ModuleNotFoundError(f"No module named {name!r}", name=name)
        # A note, so that whoever catches the exception has CPython's own words.
        error.add_note(f"{MODULES.get(name, f'{name} is')} {WAY_OUT}")
        raise error


# `import` leaves the frames of its own files out of tracebacks.
Finder.find_spec.__code__ = Finder.find_spec.__code__.replace(co_filename="<frozen importlib._bootstrap>")


def find_spec(name, package=None, *, find=importlib.util.find_spec):
    """`importlib.util.find_spec`, which tells by `None` that there is no such module."""
    try:
        return find(name, package)
    except ModuleNotFoundError as error:
        # A missing parent is an exception in CPython too.
        if error.name != name:
            raise
        return None


def missing_function(name):
    """`__getattr__` of `os`: still an `AttributeError`, so that `hasattr` tells."""
    if name in FUNCTIONS:
        raise AttributeError(f"os.{name} is {WAY_OUT}", name=name, obj=os)
    raise AttributeError(f"module 'os' has no attribute {name!r}", name=name, obj=os)


def no_thread(*_, **__):
    raise RuntimeError(f"can't start new thread: threads are {WAY_OUT}")


def no_process(*_, **__):
    raise OSError(errno.ENOTSUP, f"processes are {WAY_OUT}")


class Popen(subprocess.Popen):
    def __init__(self, *_, **__):
        # As in a child that could not be started: `__del__` looks at these.
        self.returncode, self._child_created = None, False
        no_process()


Popen.__qualname__, Popen.__module__ = "Popen", "subprocess"


def no_network(*_, **__):
    raise PermissionError(errno.EACCES, f"the network is {WAY_OUT}")


def no_names(*_, **__):
    raise socket.gaierror(socket.EAI_FAIL, f"the network is {WAY_OUT}")


def no_scheme(self, request):
    if request.type == "https":
        raise urllib.error.URLError(f"the network is {WAY_OUT}")
    raise urllib.error.URLError(f"unknown url type: {request.type}")


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """`hashlib.pbkdf2_hmac`, which CPython has from OpenSSL only."""
    if iterations < 1 or (dklen is not None and dklen < 1):
        raise ValueError("iterations and dklen must be positive")
    keyed = hmac.new(password, digestmod=hash_name)
    size = keyed.digest_size if dklen is None else dklen
    key = b""
    for block in itertools.count(1):
        if len(key) >= size:
            return key[:size]
        key += pbkdf2_block(keyed, salt + block.to_bytes(4, "big"), iterations)


def pbkdf2_block(keyed, message, iterations):
    result = 0
    for _ in range(iterations):
        step = keyed.copy()
        step.update(message)
        message = step.digest()
        result ^= int.from_bytes(message, "big")
    return result.to_bytes(keyed.digest_size, "big")


def install():
    hashlib.pbkdf2_hmac = pbkdf2_hmac
    sys.meta_path.append(Finder)
    importlib.util.find_spec = find_spec
    os.__getattr__ = missing_function
    _thread.start_new_thread = _thread.start_new = _thread.start_joinable_thread = no_thread
    threading._start_joinable_thread = no_thread
    subprocess.Popen = Popen
    multiprocessing.process.BaseProcess.start = no_process
    for name in SHARED:
        setattr(multiprocessing.context.BaseContext, name, no_process)
        setattr(multiprocessing, name, no_process)
    concurrent.futures.process._system_limits_checked = True
    concurrent.futures.process._system_limited = f"processes are {WAY_OUT}"
    socket.socket.__init__ = no_network
    for function in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(socket, function, no_names)
    urllib.request.UnknownHandler.unknown_open = no_scheme
