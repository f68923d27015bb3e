import sys
import threading


def hook(kind, value, trace):
    print("hook", kind.__name__, value, trace.tb_lineno, trace.tb_frame.f_code.co_filename)
    raise TypeError("in the hook")


class Odd(Exception):
    def __str__(self):
        raise ValueError("cannot be shown")


class Unraisable:
    def __del__(self):
        raise IndexError("unraisable")


Unraisable()
threading.excepthook = lambda arguments: print("thread hook", arguments.exc_type.__name__)
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
sys.unraisablehook = lambda what: print("unraisable hook", what.exc_value)
Unraisable()
try:
    eval("1 +")
except SyntaxError as error:
    print(error, error.filename, error.lineno, error.text)
sys.excepthook = hook
raise Odd
