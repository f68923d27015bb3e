def sieve(limit):
    is_prime = bytearray([1]) * (limit + 1)
    is_prime[0:2] = b"\x00\x00"
    for n in range(2, int(limit**0.5) + 1):
        if is_prime[n]:
            is_prime[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n, prime in enumerate(is_prime) if prime]


primes = sieve(1_000_000)
print(primes[:15])
print(f"{len(primes):,} primes below a million, the last is {primes[-1]:,}")
twins = [(p, q) for p, q in zip(primes, primes[1:]) if q - p == 2]
print("twin primes:", len(twins), twins[:3])
