import copyreg
import pickle
import pickletools
from dataclasses import dataclass
from enum import Enum


class Colour(Enum):
    RED = 1


@dataclass
class Point:
    x: int
    colour: Colour

    def twice(self):
        return self.x * 2


def function():
    return 1


data = pickle.dumps([Point(3, Colour.RED), Point, function, Colour])
print(data)
pickletools.dis(data)
back = pickle.loads(data)
print(back, back[0].twice(), back[1] is Point, back[2] is function, Point.__module__, Point.__qualname__, repr(Point))
try:
    pickle.dumps(lambda: 0)
except Exception as error:
    print(type(error).__name__)
print(pickle.whichmodule(function, "function"), copyreg.dispatch_table.keys() == copyreg.dispatch_table.keys())
