import atexit
import sys
import threading
import time
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, sys.is_finalizing(), __name__ if "__name__" in globals() else None)


kept = Noisy("global")
weakref.finalize(kept, print, "finalize")
atexit.register(print, "first registered")


@atexit.register
def last():
    print("last registered", threading.active_count())
    raise ValueError("in atexit")


def outlive():
    time.sleep(0.1)
    print("thread", threading.main_thread().is_alive())
    atexit.register(print, "by the thread")


threading.Thread(target=outlive).start()
threading.Thread(target=time.sleep, args=[60], daemon=True).start()
sys.stdout.write("main is done, no newline")
