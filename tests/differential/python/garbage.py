import gc
import tracemalloc

print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.garbage, gc.callbacks, gc.get_freeze_count())
print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())
gc.collect()
print(gc.garbage, gc.collect())


class Loop:
    def __init__(self):
        self.me = self

    def __del__(self):
        print("collected")


Loop()
print(gc.collect() > 0)
tracemalloc.start(5)
kept = bytearray(10)
for frame in tracemalloc.get_object_traceback(kept):
    print(frame, frame.filename, frame.lineno)
