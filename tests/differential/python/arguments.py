import argparse
import sys

print(sys.argv, sys.orig_argv[1:])
parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int)
print(parser.prog, parser.parse_args())
