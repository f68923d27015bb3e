import math
import os
from concurrent.futures import ProcessPoolExecutor


def is_prime(n):
    if n < 2:
        return False
    return all(n % d for d in range(2, math.isqrt(n) + 1))


def where(_):
    return os.getpid()


def fail(n):
    raise LookupError(f"no such number: {n}")


if __name__ == "__main__":
    numbers = [2_147_483_647, 2_147_483_649, 1_000_003, 999_999, 17]
    with ProcessPoolExecutor(max_workers=2) as pool:
        for number, prime in zip(numbers, pool.map(is_prime, numbers)):
            print(number, prime)
        print("other process:", all(pid != os.getpid() for pid in pool.map(where, range(4))))
        try:
            pool.submit(fail, 5).result()
        except LookupError as error:
            print("LookupError", error)
