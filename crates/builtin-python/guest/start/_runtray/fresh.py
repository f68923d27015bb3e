"""The state that each run starts from: what the snapshot would give every run alike is made anew."""

import gc
import importlib
import linecache
import logging
import os
import random
import re
import sys
import time
import uuid
import warnings
import zoneinfo

from _runtray import flags, seed, streams

LIBRARY = "/python"
PACKAGES = f"{LIBRARY}/site-packages"

# Modules that CPython itself imports before a program: no file goes before them.
AT_THE_START = frozenset(
    "__main__ _abc _codecs _collections_abc _frozen_importlib _frozen_importlib_external _imp _io _runtray _sitebuiltins _stat"
    " _thread _warnings _weakref abc builtins codecs componentize_py_runtime encodings errno genericpath importlib io marshal os"
    " posix posixpath runtray_program site stat sys time wit_world zipimport".split()
)


def forget_the_build():
    """The end of the start that is in the snapshot."""
    zoneinfo.reset_tzpath([f"{LIBRARY}/zoneinfo-data"])
    linecache.clearcache()
    re.purge()
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        vars(module).pop("__warningregistry__", None)
    seed.set_up()
    gc.collect()
    # A collection of the program's own looks at what the program made, and leaves shared pages alone.
    gc.freeze()


def restore(launch):
    """The state of a Python that was just started with `launch`."""
    seed.choose(launch.variables)
    environment([(os.fsdecode(name), os.fsdecode(value)) for name, value in launch.variables])
    os.chdir(os.fsdecode(launch.folder))
    first = [] if launch.first_path is None else [os.fsdecode(launch.first_path)]
    sys.path[:] = [*first, LIBRARY, PACKAGES]
    sys.path_importer_cache.clear()
    sys.argv = [os.fsdecode(argument) for argument in launch.arguments]
    sys.orig_argv[:] = ["python", *sys.argv]
    flags.set_up(launch)
    streams.open_all(launch.unbuffered)
    random.seed()
    uuid._node = uuid._last_timestamp = None
    by_variable = [option for option in os.environ.get("PYTHONWARNINGS", "").split(",") if option]
    if options := [*(["default"] if sys.flags.dev_mode else []), *by_variable, *launch.warnings]:
        choose_warnings(options)


def unload_shadowed():
    """A file of the program's own goes before a module of the library, which the snapshot has already imported."""
    if not sys.path or sys.path[0] == LIBRARY:
        return
    try:
        own = {name.partition(".")[0] for name in os.listdir(sys.path[0] or ".")}
    except OSError:
        return
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top in own and top not in AT_THE_START:
            del sys.modules[name]


def start_clocks():
    """The time that logging counts from: a prepared Python may have waited long."""
    logging._startTime = time.time_ns()


def environment(variables):
    os.environ.clear()
    for name, value in variables:
        # A name that C cannot hold is nobody's: CPython would not have got it.
        if name and "=" not in name:
            os.environ[name] = value


def choose_warnings(options):
    sys.warnoptions[:] = options
    warnings._processoptions(options)
