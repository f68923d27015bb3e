import gc
import sys
import tracemalloc
import weakref


class Node:
    def __init__(self, name):
        self.name, self.next = name, None


def finalised(reference):
    print("gone")


node = Node("alone")
reference = weakref.ref(node, finalised)
print(reference().name)
del node
print(reference())

a, b = Node("a"), Node("b")
a.next, b.next = b, a
watch = weakref.ref(a)
del a, b
gc.collect()
print("cycle collected:", watch() is None)
cache = weakref.WeakValueDictionary()
kept = cache["kept"] = Node("kept")
cache["dropped"] = Node("dropped")
print(sorted(cache))
print(sys.getrefcount(kept) < 5, sys.intern("a b") is sys.intern("a b"), sys.getsizeof([]) < sys.getsizeof([1, 2, 3]))
tracemalloc.start()
blob = bytearray(5_000_000)
print(tracemalloc.get_traced_memory()[0] >= 5_000_000)
