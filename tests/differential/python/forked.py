import os
import sys
import threading

sys.stdout.reconfigure(line_buffering=False)
print("once or twice")
sys.stdout.flush()
os.register_at_fork(before=lambda: print("before", flush=True), after_in_child=lambda: print("child", flush=True))
pid = os.fork()
if pid == 0:
    print("in the child", threading.active_count(), sys.stdin.read())
    raise KeyError("in the child")
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), repr(sys.stdin.read()))
