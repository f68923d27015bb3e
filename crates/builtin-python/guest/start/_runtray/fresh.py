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

from _runtray import streams

LIBRARY = "/python"
PACKAGES = f"{LIBRARY}/site-packages"


def forget_the_build():
    """The end of the start that is in the snapshot."""
    zoneinfo.reset_tzpath([f"{LIBRARY}/zoneinfo-data"])
    linecache.clearcache()
    re.purge()
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        vars(module).pop("__warningregistry__", None)
    gc.collect()
    # A collection of the program's own looks at what the program made, and leaves shared pages alone.
    gc.freeze()


def restore(launch):
    """The state of a Python that was just started with `launch`."""
    environment([(os.fsdecode(name), os.fsdecode(value)) for name, value in launch.variables])
    os.chdir(os.fsdecode(launch.folder))
    first = [] if launch.first_path is None else [os.fsdecode(launch.first_path)]
    sys.path[:] = [*first, LIBRARY, PACKAGES]
    sys.path_importer_cache.clear()
    sys.argv = [os.fsdecode(argument) for argument in launch.arguments]
    sys.orig_argv[:] = ["python", *sys.argv]
    streams.open_all(launch.unbuffered)
    random.seed()
    uuid._node = uuid._last_timestamp = None
    if launch.warnings:
        choose_warnings(launch.warnings)


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
