import atexit
import sys
import weakref


class Thing:
    def __del__(self):
        sys.stdout.write("collected\n")


@atexit.register
def first():
    print("registered first, runs last")


atexit.register(print, "registered second, runs first", flush=True)
thing = Thing()
weakref.finalize(thing, print, "finalized")
file = open("unclosed.txt", "w")
file.write("flushed at exit")
print("end of main")
