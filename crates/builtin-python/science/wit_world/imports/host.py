"""Calls to `runtray-python`: a letter and its data. `src/science/host_calls.rs` answers them."""

import _host


def end(status):
    """Ends the process. A status below 0 is an interrupt that the program did not catch."""
    _host.call(b"E" + status.to_bytes(4, "little", signed=True))


def exit(code):
    end(code & 0xFF)


def sleep(nanoseconds):
    return _host.call(b"W" + nanoseconds.to_bytes(8, "little")) == b"\1"


def read_input(most):
    answer = _host.call(b"R" + most.to_bytes(4, "little"))
    return answer[1:] if answer else None


def launch():
    """How the program is started, in JSON."""
    return _host.call(b"L")


def source():
    """The program, in JSON."""
    return _host.call(b"S")
