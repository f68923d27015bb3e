# The beginning of every script that asks a Python about itself. With `-c`, imports come from the current folder first. It may be
# anybody's.
import sys

if sys.path[:1] == [""]:
    del sys.path[0]

