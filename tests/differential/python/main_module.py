"""The docstring."""
import __main__
import sys

answer: int = 42
print(list(vars(__main__)))
for name in "__name__", "__doc__", "__package__", "__spec__", "__file__", "__cached__", "__annotations__":
    print(name, repr(vars(__main__).get(name, "not there")))
print(type(__loader__).__module__, type(__loader__).__qualname__, __loader__.name, __loader__.path)
print(__loader__.get_filename(), __loader__.is_package("__main__"), len(__loader__.get_data(__file__)))
print(__builtins__ is sys.modules["builtins"], sys.modules["__main__"] is __main__, __main__)
