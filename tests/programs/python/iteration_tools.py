import heapq
import itertools as it
import operator
from functools import partial, reduce, singledispatch, total_ordering

print(list(it.chain("ab", [1])), list(it.accumulate([1, 2, 3, 4], operator.mul)), list(it.islice(it.count(5, 5), 3)))
print([(k, len(list(g))) for k, g in it.groupby("aaabccd")], list(it.pairwise("abcd")))
print(list(it.combinations("abc", 2)), len(list(it.product([0, 1], repeat=4))), list(it.zip_longest("ab", "x", fillvalue="-")))
print(list(it.takewhile(lambda n: n < 4, it.cycle([1, 3, 5]))), list(it.compress("abcd", [1, 0, 1, 0])))
print(reduce(lambda a, b: a * 10 + b, [1, 9, 8, 4]), partial(int, base=2)("1010"))


@singledispatch
def show(value):
    return f"? {value}"


@show.register
def _(value: int):
    return f"int {value}"


@show.register(list)
def _(value):
    return f"list of {len(value)}"


print(show(3), show([1, 2]), show("x"), sep=", ")


@total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


print(Version("1.10") > Version("1.9"), Version("2.0") >= Version("2.0"))


def dijkstra(graph, start):
    distances, heap = {start: 0}, [(0, start)]
    while heap:
        distance, node = heapq.heappop(heap)
        for neighbour, cost in graph.get(node, {}).items():
            if distance + cost < distances.get(neighbour, float("inf")):
                distances[neighbour] = distance + cost
                heapq.heappush(heap, (distances[neighbour], neighbour))
    return distances


print(dijkstra({"a": {"b": 7, "c": 3}, "c": {"b": 1, "d": 8}, "b": {"d": 2}}, "a"))
print(heapq.nlargest(3, [5, 1, 9, 7]), heapq.nsmallest(2, "zebra"))
