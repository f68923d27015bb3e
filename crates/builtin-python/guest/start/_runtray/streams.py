"""The standard streams, opened as CPython opens them: the snapshot's are those of the build."""

import builtins
import io
import os
import sys

from _runtray.waits import Input, ask


class Output(io.FileIO):
    """All of what is written: WASI takes a part of what is long, as no pipe elsewhere does."""

    def write(self, data):
        data = memoryview(data).cast("B")
        done = 0
        while done < len(data):
            if (written := super().write(data[done:])) is None:
                return done or None
            done += written
        return done


def open_all(unbuffered):
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    unbuffered = unbuffered or bool(os.environ.get("PYTHONUNBUFFERED"))
    encoding, errors = encoding or "utf-8", errors or ("strict" if encoding else "surrogateescape")
    sys.stdin = sys.__stdin__ = reader(encoding, errors)
    sys.stdout = sys.__stdout__ = writer(1, "<stdout>", encoding, errors, unbuffered, False)
    sys.stderr = sys.__stderr__ = writer(2, "<stderr>", encoding, "backslashreplace", unbuffered, True)


def reader(encoding, errors):
    raw = Input(0, "r", closefd=False)
    raw.name = "<stdin>"
    if raw.isatty():
        builtins.input = ask
    stream = io.TextIOWrapper(io.BufferedReader(raw), encoding, errors, "\n")
    stream.mode = "r"
    return stream


def writer(descriptor, name, encoding, errors, unbuffered, by_line):
    raw = Output(descriptor, "w", closefd=False)
    raw.name = name
    by_line = not unbuffered and by_line or raw.isatty()
    buffer = raw if unbuffered else io.BufferedWriter(raw)
    stream = io.TextIOWrapper(buffer, encoding, errors, "\n", line_buffering=by_line, write_through=unbuffered)
    stream.mode = "w"
    return stream
