import fileinput
import sys

first = input()
second = sys.stdin.readline()
print(repr(first), repr(second), repr(sys.stdin.read(3)))
total = 0
for line in sys.stdin:
    if line.strip() == "stop":
        break
    total += int(line)
print("total", total)
print("rest", [line.rstrip("\n") for line in fileinput.input()])
print(repr(sys.stdin.read()), repr(sys.stdin.readline()))
