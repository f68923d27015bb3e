import sys

print("256 wraps to 0 on Unix")
sys.exit(256)
