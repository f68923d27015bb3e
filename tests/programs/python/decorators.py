import functools
import time


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.calls += 1
            wrapper.total += time.perf_counter() - start

    wrapper.calls, wrapper.total = 0, 0.0
    return wrapper


def retry(times, on=Exception):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, **kwargs)
                except on as error:
                    print(f"attempt {attempt} failed: {error}")
            raise RuntimeError(f"gave up after {times} attempts")

        return wrapper

    return decorate


class memoize:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function, self.cache = function, {}

    def __call__(self, n):
        if n not in self.cache:
            self.cache[n] = self.function(n)
        return self.cache[n]


@timed
@memoize
def collatz(n):
    """Steps until 1."""
    return 0 if n == 1 else 1 + collatz(n // 2 if n % 2 == 0 else 3 * n + 1)


failures = iter([ConnectionError("no route"), ConnectionError("timed out")])


@retry(3, on=ConnectionError)
def fetch():
    for failure in failures:
        raise failure
    return "200 OK"


print(max(range(1, 3000), key=collatz), collatz.__name__, collatz.__doc__, collatz.total > 0, collatz.calls > 3000)
print(fetch())
