import sys
import traceback


def fail():
    local = "é" * 3
    raise RuntimeError("über " + local)


try:
    fail()
except RuntimeError as error:
    print(traceback.format_exc())
    print(traceback.TracebackException.from_exception(error, capture_locals=True).stack.format())
    print([(f.filename, f.lineno, f.name, f.line) for f in traceback.extract_tb(error.__traceback__)])
    traceback.print_exc(file=sys.stdout)
    traceback.print_exception(ExceptionGroup("several", [error, KeyError(1)]))
traceback.print_stack()
print(traceback.format_list(traceback.extract_stack()))
