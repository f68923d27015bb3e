import argparse
import sys

parser = argparse.ArgumentParser(description="Convert temperatures.")
parser.add_argument("values", nargs="+", type=float, metavar="T")
parser.add_argument("-t", "--to", choices=["c", "f"], default="f")
parser.add_argument("-v", "--verbose", action="store_true")
options = parser.parse_args()
for value in options.values:
    result = value * 9 / 5 + 32 if options.to == "f" else (value - 32) * 5 / 9
    print(f"{value:g} -> {result:.1f}" if options.verbose else f"{result:.1f}")
print(parser.prog)
try:
    parser.parse_args(["--to", "k", "1"])
except SystemExit as error:
    print("exit code", error.code)
parser.parse_args([])
