import atexit
import os
import sys

atexit.register(print, "never printed")
sys.stdout.write("flushed\n")
sys.stdout.flush()
os._exit(7)
