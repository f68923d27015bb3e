# Tries escapes on Windows, each in a process of its own, and then their harmless twins. Prints one line of JSON: name, what the
# attack ended with, its error number, and what the twin ended with. An attack that ends without an error has escaped.
import json
import subprocess
import sys

HEAD = r"""
import ctypes, json, os, socket, sys, time, traceback
C = json.load(open("context.json"))
HOME = C["home"].replace("\\", "/")
kernel = ctypes.WinDLL("kernel32", use_last_error=True)

def read(path):
    with open(path, "rb") as file:
        return file.read()

def write(path, text="x", mode="w"):
    with open(path, mode) as file:
        file.write(text)

def tcp(address, port):
    with socket.create_connection((address, port), timeout=3) as connection:
        return connection.recv(100)

def process(rights, pid):
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(rights, False, pid)
    if not handle:
        raise ctypes.WinError(ctypes.get_last_error())
    return handle

try:
    exec(json.loads(sys.argv[1]), dict(globals()))
    result = ["ok", 0]
except BaseException as error:
    result = [traceback.format_exception_only(type(error), error)[-1].strip(), getattr(error, "errno", 0) or 0]
print("\n" + json.dumps(result))
"""


def attempt(code):
    """What `code` ends with in a child: `ok`, or its error and error number."""
    command = [sys.executable, "-c", HEAD, json.dumps(code)]
    try:
        # Without the null device, which many versions of Windows close to AppContainers.
        ran = subprocess.run(command, input="", capture_output=True, text=True, timeout=40)
    except subprocess.TimeoutExpired:
        return ["took too long", -1]
    lines = ran.stdout.splitlines()
    return json.loads(lines[-1]) if lines else [f"died with {ran.returncode}: {ran.stderr[-300:]}", -1]


results = []
for name, attack, twin in json.load(open("cases.json")):
    ended, number = attempt(attack)
    results.append([name, ended, number, attempt(twin)[0] if twin else "ok"])
print(json.dumps(results))
