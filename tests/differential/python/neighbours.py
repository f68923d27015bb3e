import os

print([(pid, open(f"/proc/{pid}/comm").read()) for pid in sorted(os.listdir("/proc"), key=str) if pid.isdigit()]
      if os.getppid() == 1 else [])
print(os.getpid() if os.getppid() == 1 else 0, os.getppid() == 1)
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError as error:
    print(error)
