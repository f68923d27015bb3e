import linecache
import os

print(list(linecache.cache), linecache.getline(__file__, 1), linecache.getline("main.py", 2), len(linecache.getlines(__file__)))
print([(name, entry[0], entry[3]) for name, entry in linecache.cache.items()])
os.chdir("/")
linecache.clearcache()
print(repr(linecache.getline(__file__, 1)))
print(repr(linecache.getline("main.py", 1)))
linecache.checkcache()


def fail():
    raise LookupError("from another folder")


fail()
