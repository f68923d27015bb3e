import os
import sys

for value in None, 0, 3, 300, -1, True, "text", 1.5, (1, 2), [], 2**40:
    pid = os.fork()
    if pid == 0:
        sys.exit(value)
    print(repr(value), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
raise SystemExit(SystemExit(9))
