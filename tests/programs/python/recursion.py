import sys


def hanoi(n, source="A", target="C", spare="B"):
    if n == 0:
        return 0
    moves = hanoi(n - 1, source, spare, target)
    return moves + 1 + hanoi(n - 1, spare, target, source)


def permutations(text):
    if len(text) <= 1:
        return [text]
    return [text[i] + rest for i in range(len(text)) for rest in permutations(text[:i] + text[i + 1 :])]


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1 if n == 0 else ackermann(m, n - 1))


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print("hanoi", hanoi(12))
print("permutations", permutations("abcd")[:5], len(permutations("abcdef")))
print("ackermann", ackermann(2, 6))
print("limit", sys.getrecursionlimit())
try:
    depth(5000)
except RecursionError as error:
    print("RecursionError:", str(error).split(" while")[0])
sys.setrecursionlimit(20_000)
print("depth", depth(15_000))
