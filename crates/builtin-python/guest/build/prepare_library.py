"""Run once, inside, in the folder of the standard library: compiles it to bytecode, and writes the versions of what is inside."""

import sys

in_the_snapshot = list(sys.modules.values())

import compileall
import decimal
import importlib._bootstrap_external
import importlib.util
import json
import os
import platform
import py_compile
import sqlite3
import zlib
from xml.parsers import expat


def write(path, data, mode=0o666):
    """Whole: WASI's own `write` may take a part, which the function that this replaces does not expect."""
    with open(path, "wb") as file:
        file.write(data)


importlib._bootstrap_external._write_atomic = write

# The files never change, so that no import asks when they did.
unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
done = compileall.compile_dir(".", ddir="/python", quiet=1, force=True, workers=1, invalidation_mode=unchecked)

# Nobody imports these from here; their sources are for tracebacks.
for module in in_the_snapshot:
    bytecode = importlib.util.cache_from_source(getattr(module, "__file__", None) or "none.py").removeprefix("/python/")
    if os.path.exists(bytecode):
        os.remove(bytecode)

libraries = {
    "SQLite": sqlite3.sqlite_version,
    "zlib": zlib.ZLIB_RUNTIME_VERSION,
    "Expat": expat.EXPAT_VERSION.removeprefix("expat_"),
    "mpdecimal": decimal.__libmpdec_version__,
}
with open("versions.json", "w") as file:
    json.dump({"python": platform.python_version(), "libraries": libraries}, file)

sys.exit(0 if done else 1)
