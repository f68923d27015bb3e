import os
import sys
import threading

main = threading.main_thread()
print(main.name, main.native_id == os.getpid(), threading.active_count(), threading.stack_size(), main is threading.current_thread())
print(main.daemon, main.ident == threading.get_ident(), len(os.listdir("/proc/self/task")) if os.path.exists("/proc/self/task") else 1)


def stop():
    sys.exit("leaves the thread only")


def fail():
    raise ValueError("in a thread")


for target in stop, fail:
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
print([thread.name for thread in threading.enumerate()])
sys.exit(4)
