import inspect
import sys


# A comment above.
def documented(a, /, b: int = 2, *rest, c, **more) -> str:
    """What it does."""
    return a


class Thing:
    """A thing."""

    def method(self):
        return [frame.lineno for frame in inspect.stack()]


print(inspect.getsource(documented), inspect.getcomments(documented), inspect.getdoc(documented))
print(inspect.getsource(Thing), inspect.getsourcelines(Thing.method))
print(inspect.getsourcefile(Thing), inspect.getfile(documented), inspect.getmodule(documented))
print(inspect.signature(documented), Thing().method(), inspect.getmodulename(__file__))
print(inspect.getsource(sys.modules["__main__"]) == open(__file__).read())
print(inspect.getframeinfo(inspect.currentframe()))
print([(frame.filename, frame.lineno, frame.function, frame.code_context, frame.index) for frame in inspect.stack()])
