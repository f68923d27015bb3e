# Makes objects of the person's that have no path, and prints them. Removes them when its input ends.
import ctypes
import json
import os
import sys

file, secret, name = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
os.umask(0)
os.setxattr(file, "user.secret", secret.encode())
segment = libc.shmget(0, 4096, 0o1666)
ctypes.memmove(libc.shmat(segment, None, 0), secret.encode(), len(secret))
assert libc.syscall(240, name.encode(), os.O_CREAT | os.O_RDWR, 0o666, 0) >= 0
print(json.dumps({"segment": segment, "queue": name}), flush=True)
sys.stdin.read()
libc.shmctl(segment, 0, None)
libc.syscall(241, name.encode())
