import sys

print("checking")
sys.exit("fatal: no configuration found ☹")
