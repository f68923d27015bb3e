import inspect
import os
import sys
import __main__


def here():
    return inspect.currentframe().f_lineno


print(__name__, os.path.basename(__file__), __doc__, __package__, __spec__)
print(os.path.basename(sys.argv[0]), sys.argv[1:], len(sys.orig_argv) - len(sys.argv))
print(sys.path[0] == os.path.dirname(os.path.abspath(__file__)), os.getcwd() == sys.path[0])
print(__main__.here is here, sys.modules["__main__"] is __main__, here())
print(inspect.getsource(here).splitlines()[0], os.path.basename(inspect.getsourcefile(here)))
print([frame.function for frame in inspect.stack()])
print(sorted(name for name in globals() if not name.startswith("__")))
print(sorted({"__builtins__", "__doc__", "__loader__", "__name__", "__spec__"} - globals().keys()))
print(sys.flags.interactive, sys.flags.optimize, sys.flags.isolated, sys.flags.no_site, sys.gettrace(), sys.getprofile())
print(sys.getrecursionlimit(), sys.excepthook is sys.__excepthook__, sys.stdin is sys.__stdin__)
