"""The run itself: the program as `__main__`, its uncaught exception, and what Python does at its end."""

import atexit
import builtins
import code
import gc
import importlib.machinery
import io
import linecache
import os
import runpy
import sys
import threading
import tokenize
import types
import weakref

import wit_world

from _runtray import fresh, seed
from _runtray.hidden import hidden

FAILED = 1
# No exit code: the process ends itself by the signal, as CPython does after an interrupt that nobody caught.
INTERRUPTED = -2
# CPython's exit code when the last of the output could not be written.
UNWRITTEN = 120


# The frames below the program's own, which CPython counts although nobody sees them.
BELOW = 4

optimize = 0


def count_from_the_program():
    """The limit of recursion is that of the program's own frames."""
    get, set_, built = sys.getrecursionlimit, sys.setrecursionlimit, sys.getrecursionlimit()

    def getrecursionlimit():
        return get() - BELOW

    def setrecursionlimit(limit, /):
        # What is no number, or too small, is refused in C's words.
        set_(limit + BELOW if isinstance(limit, int) and limit > 0 else limit)

    sys.getrecursionlimit, sys.setrecursionlimit = getrecursionlimit, setrecursionlimit
    setrecursionlimit(built)



# A program that touches what most programs do.
REHEARSAL = b"import sys\nprint('', end='', flush=True)\n"


def warm_up(level):
    """Runs a program from its text to its end, so that what that touches is there when the real one comes."""
    global optimize
    optimize = level
    name = os.fsencode(os.path.join(sys.path[0], "main.py"))
    start(wit_world.Source_File(wit_world.Text(name, REHEARSAL)), new_main())
    forget_main()
    flush(sys.stderr)
    linecache.clearcache()
    new_main()


@hidden
def run(source):
    """Runs `source` as `__main__` and gives the exit code of the process."""
    if (refused := seed.refused(os.environ.get("PYTHONHASHSEED", ""))) is not None:
        print(refused, file=sys.stderr)
        return FAILED
    return end(perform(source))


@hidden
def perform(source):
    try:
        start(source, new_main())
    except SystemExit as request:
        return exit_status(request)
    except BaseException as exception:
        report(exception)
        return INTERRUPTED if isinstance(exception, KeyboardInterrupt) else FAILED
    return 0


def new_main():
    main = types.ModuleType("__main__")
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    return main.__dict__


@hidden
def start(source, namespace):
    fresh.unload_shadowed()
    match source:
        case wit_world.Source_Module(name):
            runpy._run_module_as_main(os.fsdecode(name))
        case wit_world.Source_Prompt():
            code.interact(local=namespace, exitmsg="")
        case _:
            exec(compiled(source, namespace), namespace)


@hidden
def compiled(source, namespace):
    """The code of a program that is not a module, with what `__main__` knows of where it came from."""
    match source:
        case wit_world.Source_Command(text):
            name, text = "<string>", os.fsdecode(text)
        case wit_world.Source_Input(text):
            name = "<stdin>"
        case wit_world.Source_File(wit_world.Text(name, text)):
            name = os.fsdecode(name)
            namespace["__file__"], namespace["__cached__"] = name, None
    loader = importlib.machinery.SourceFileLoader if "__file__" in namespace else None
    namespace["__loader__"] = loader("__main__", name) if loader else importlib.machinery.BuiltinImporter
    remember_lines(name, text)
    return compile(text, name, "exec", dont_inherit=True, optimize=optimize)


def remember_lines(name, text):
    """The lines for tracebacks. They are never read from the file: it may be a pipe, or out of reach."""
    if isinstance(text, bytes):
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(text).readline)
            text = text.decode(encoding)
        except (SyntaxError, UnicodeDecodeError):
            return
    lines = io.StringIO(text, newline=None).readlines()
    linecache.cache[name] = (len(text), None, lines, name)


def exit_status(request):
    match request.code:
        case None:
            return 0
        case int(status):
            return status & 0xFF
        case message:
            flush(sys.stdout)
            print(message, file=sys.stderr)
            return FAILED


@hidden
def report(exception):
    """As CPython does for an uncaught exception."""
    flush(sys.stdout)
    traceback = exception.__traceback__
    sys.last_type, sys.last_value, sys.last_traceback = type(exception), exception, traceback
    sys.last_exc = exception
    try:
        sys.excepthook(type(exception), exception, traceback)
    except BaseException as broken:
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(broken), broken, broken.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(exception), exception, traceback)


@hidden
def end(status):
    """Python's end: threads, exit functions, destructors, the last of the output."""
    threading._shutdown()
    atexit._run_exitfuncs()
    written = flush(sys.stdout)
    sys.last_exc = sys.last_value = sys.last_traceback = None
    forget_main()
    written = flush(sys.stdout) and written
    flush(sys.stderr)
    return status if written else UNWRITTEN


@hidden
def forget_main():
    """Destructors run while they still see the names of their module, as in CPython's end."""
    flush_files()
    main = weakref.ref(sys.modules.pop("__main__"))
    gc.collect()
    if (still := main()) is not None:
        still.__dict__.clear()
        gc.collect()


@hidden
def flush_files():
    """What a program left in files that it did not close; the collector would not keep the order of their layers."""
    for kind in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
        for file in gc.get_objects():
            if issubclass(type(file), kind) and file not in (sys.stdout, sys.stderr):
                try:
                    file.flush()
                except Exception:
                    pass


@hidden
def flush(stream):
    """Whether all was written; a program may have closed its stream, or put another thing in its place."""
    if stream is None or getattr(stream, "closed", False):
        return True
    try:
        stream.flush()
    except Exception as error:
        complain(error, stream)
        return False
    return True


def complain(error, stream):
    try:
        print(f"Exception ignored while flushing sys.stdout:\n{type(error).__name__}: {error}", file=sys.stderr)
        stream.close()
    except Exception:
        pass
