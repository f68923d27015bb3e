import atexit
import os
import sys

atexit.register(print, "never")
kept = open("lost.txt", "w")
kept.write("never flushed")
sys.stdout.write("unbuffered by its environment")
os._exit(7)
