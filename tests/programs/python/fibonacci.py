from functools import lru_cache
from itertools import islice


def fibonacci_generator():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


@lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


print(list(islice(fibonacci_generator(), 15)))
print("fibonacci(300) =", fibonacci(300))
print(fibonacci.cache_info())
n = int(input("How many terms? "))
for i, value in zip(range(n), fibonacci_generator()):
    print(i, value)
