import sys

print(repr(sys.stdin.read()), list(sys.stdin))
name = input("Your name: ")
