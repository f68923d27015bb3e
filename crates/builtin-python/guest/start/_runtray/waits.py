"""What a program waits for: time and standard input. An interrupt ends both, as elsewhere.

Locks can wait for time only: no other thread is there to release one.
"""

import _thread
import io
import sys
import threading
import time

import wit_world.imports.host as host

from _runtray.absent import WAY_OUT

in_c = time.sleep


def sleep(seconds, /):
    """`time.sleep`; what C would refuse, C refuses."""
    try:
        nanoseconds = int(seconds * 1_000_000_000)
    except (TypeError, ValueError, OverflowError):
        return in_c(seconds)
    if not 0 <= nanoseconds < 1 << 63:
        return in_c(seconds)
    end = time.monotonic_ns() + nanoseconds
    while host.sleep(nanoseconds):
        _thread.interrupt_main()
        # A handler of the program's own may have returned: then the sleep goes on.
        nanoseconds = max(end - time.monotonic_ns(), 0)


def pause(seconds):
    """A sleep that an interrupt ends, even when its handler returns: asyncio's only makes a note."""
    if host.sleep(int(seconds * 1_000_000_000)):
        _thread.interrupt_main()


class Input(io.FileIO):
    """Standard input without a buffer."""

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size=-1):
        if size is None or size < 0:
            return self.readall()
        while (data := host.read_input(min(size, 1 << 16))) is None:
            _thread.interrupt_main()
        return data

    def readall(self):
        return b"".join(iter(lambda: self.read(1 << 16), b""))


def ask(prompt="", /):
    """`input` on a terminal: C's own would not see an interrupt."""
    sys.stdout.write(str(prompt))
    sys.stdout.flush()
    if not (line := sys.stdin.readline()):
        raise EOFError
    return line.removesuffix("\n")


ask.__name__ = ask.__qualname__ = "input"


def wait(self, timeout=None):
    """`threading.Condition.wait`, where nobody else can notify."""
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    if timeout is None:
        raise RuntimeError(f"this would wait forever: threads are {WAY_OUT}")
    sleep(max(timeout, 0))
    return False


def install():
    time.sleep = sleep
    threading.Condition.wait = wait
