"""The program and what comes before it, in the Python with packages for science.

It is imported once, on the user's machine; the memory is kept as it is afterwards. Each run begins with a copy of that memory.
"""

import gc
import json
import linecache
import os
import re
import sys
import types

os.environ |= {"MPLBACKEND": "agg", "MPLCONFIGDIR": "/tmp", "HOME": "/work"}

from _runtray import preload

import matplotlib.pyplot
import numpy
import pandas

import wit_world
from wit_world.imports import host

from _runtray import absent, fresh, loop, program, waits
from _runtray.hidden import hidden

fresh.LIBRARY = "/usr/local/lib/python315.zip"

absent.install()
loop.install()
waits.install()
program.count_from_the_program()


def forget_the_build():
    """The end of what is kept."""
    linecache.clearcache()
    re.purge()
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        vars(module).pop("__warningregistry__", None)
    gc.collect()
    # A collection of the program's own looks at what the program made, and leaves shared pages alone.
    gc.freeze()


def told(text):
    """Texts whose characters are the numbers of bytes."""
    return text.encode("latin-1")


def prepare():
    """The state of a Python that was just started."""
    launch = types.SimpleNamespace(**json.loads(host.launch()))
    launch.arguments = [told(argument) for argument in launch.arguments]
    launch.variables = [(told(name), told(value)) for name, value in launch.variables]
    launch.folder = told(launch.folder)
    launch.first_path = None if launch.first_path is None else told(launch.first_path)
    fresh.restore(launch)
    numpy.random.seed()
    program.warm_up(launch.optimize)


@hidden
def run():
    """Runs the program and ends the process."""
    fresh.start_clocks()
    host.end(program.run(source(json.loads(host.source()))))


def source(given):
    name, content = told(given["name"]), told(given["content"])
    match given["kind"]:
        case "command":
            return wit_world.Source_Command(content)
        case "file":
            return wit_world.Source_File(wit_world.Text(name, content))
        case "input":
            return wit_world.Source_Input(content)
        case "module":
            return wit_world.Source_Module(name)
        case _:
            return wit_world.Source_Prompt()


forget_the_build()
