import random
import secrets
import statistics
import uuid

random.seed(42)
print(random.randint(1, 100), round(random.random(), 6), random.choice("abcdef"))
deck = [rank + suit for suit in "♠♥" for rank in "A23"]
random.shuffle(deck)
print(deck, random.sample(range(100), 4))
rolls = [random.randint(1, 6) + random.randint(1, 6) for _ in range(20_000)]
print(f"mean {statistics.mean(rolls):.3f} mode {statistics.mode(rolls)} stdev {statistics.pstdev(rolls):.3f}")
print(statistics.median([3, 1, 4, 1, 5]), statistics.quantiles(range(1, 12), n=4))
inside = sum(random.random() ** 2 + random.random() ** 2 <= 1 for _ in range(50_000))
print("pi is about", round(4 * inside / 50_000, 1))
print(secrets.token_hex(8) != secrets.token_hex(8), len(str(uuid.uuid4())))
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"))
