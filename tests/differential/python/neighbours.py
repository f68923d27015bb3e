import os

# Each run counts its processes from a number of its own.
me = str(os.getpid())
print([(pid.replace(me, "me"), open(f"/proc/{pid}/comm").read()) for pid in sorted(os.listdir("/proc"), key=str) if pid.isdigit()]
      if os.getppid() == 1 else [])
print(os.getppid() == 1)
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError as error:
    print(error)
