import bisect
import copy
from array import array
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from pprint import pprint
from types import MappingProxyType, SimpleNamespace

inventory = defaultdict(list)
for kind, name in [("fruit", "apple"), ("veg", "leek"), ("fruit", "kiwi")]:
    inventory[kind].append(name)
print(dict(inventory), Counter("mississippi").most_common(2), Counter(a=3) - Counter(a=1, b=2))
queue = deque(range(5), maxlen=5)
queue.append(5)
queue.rotate(2)
print(queue, OrderedDict(b=1, a=2).popitem(last=False))
Point = namedtuple("Point", "x y", defaults=[0])
p = Point(3)
print(p, p._replace(y=4), p._asdict(), p == (3, 0))
print(ChainMap({"colour": "red"}, {"colour": "blue", "size": "L"})["size"], SimpleNamespace(a=1, b="two"))
scores = [10, 20, 30]
bisect.insort(scores, 25)
print(scores, bisect.bisect_left(scores, 20), array("i", [1, 2, 3]).tobytes()[:4])
original = {"list": [1, 2], "tuple": (3,)}
shallow, deep = copy.copy(original), copy.deepcopy(original)
original["list"].append(3)
print(shallow["list"], deep["list"], {1, 2} | {3}, {1, 2} & {2}, {1, 2} ^ {2, 3}, frozenset([1]) <= {1, 2})
try:
    MappingProxyType(original)["new"] = 1
except TypeError as error:
    print("TypeError:", error)
pprint({"users": [{"name": f"user{n}", "roles": ["reader", "writer", "administrator"][: n + 1]} for n in range(3)],
        "nested": {"a": {"b": {"c": [list(range(12))] * 2}}}}, width=60, sort_dicts=True)
