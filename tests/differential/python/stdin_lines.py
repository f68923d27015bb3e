import sys

print(repr(input()), repr(sys.stdin.readline()))
for line in sys.stdin:
    print(repr(line))
    if line.startswith("stop"):
        break
print(repr(sys.stdin.read(4)), repr(sys.stdin.buffer.read()), repr(sys.stdin.read()))
try:
    input("prompt: ")
except EOFError as error:
    print(repr(error))
