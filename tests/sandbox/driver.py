# Tries escapes, each in a process of its own, and then their harmless twins. Prints one line of JSON: name, what the attack
# ended with, its error number, and what the twin ended with. An attack that ends without an error has escaped.
import ctypes
import ctypes.util
import errno
import json
import os
import signal
import socket
import sys
import traceback

def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False


INHERITED, PARENT = [number for number in range(3, 64) if is_open(number)], os.getppid()
C = json.load(open("context.json"))
HOME, HOST = C["home"], C["host"]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    """A system call by its number."""
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(it) if isinstance(it, int) else it for it in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, text="x", mode="w"):
    with open(path, mode) as file:
        file.write(text)


def tcp(address, port):
    with socket.create_connection((address, port), timeout=3) as connection:
        return connection.recv(100)


def unix(path):
    socket.socket(socket.AF_UNIX).connect(path)


def seen_in(name, words):
    """Looks for `words` in a file of every process, and of every thread whose process is not listed."""
    for process in ["self", *range(1, 5000)]:
        for place in f"/proc/{process}/{name}", f"/proc/{process}/task/{process}/{name}":
            try:
                if words in read(place):
                    return
            except OSError:
                pass
    raise FileNotFoundError(errno.ENOENT, "not seen")


def call_of_32_bits(number):
    """push rbx; mov eax, number; int 0x80; pop rbx; ret"""
    import mmap
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(b"\x53\xb8" + number.to_bytes(4, "little") + b"\xcd\x80\x5b\xc3")
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


def attempt(code):
    """What `code` ends with in a child: `ok`, or its error and error number."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        own = os.getpid()
        try:
            try:
                exec(code, dict(globals()))
                result = ["ok", 0]
            except BaseException as error:
                result = [traceback.format_exception_only(type(error), error)[-1].strip(), getattr(error, "errno", 0) or 0]
            # Not a child that the code made.
            if os.getpid() == own:
                os.write(writer, json.dumps(result).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    status = os.waitpid(child, 0)[1]
    # The filter kills a process that uses another interface of the kernel.
    number = errno.ENOSYS if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS else 0
    return json.loads(told) if told else [f"died with {status}", number]


results = []
for name, attack, twin in json.load(open("cases.json")):
    ended, number = attempt(attack)
    results.append([name, ended, number, attempt(twin)[0] if twin else "ok"])
print(json.dumps(results))
