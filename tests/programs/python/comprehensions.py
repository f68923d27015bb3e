people = [
    {"name": "Ana", "age": 31, "languages": ["Python", "Rust"]},
    {"name": "Bo", "age": 17, "languages": ["Python"]},
    {"name": "Cy", "age": 45, "languages": []},
]
print([p["name"] for p in people if p["age"] >= 18])
print({p["name"]: len(p["languages"]) for p in people})
print(sorted({language for p in people for language in p["languages"]}))
print([[row * column for column in range(1, 6)] for row in range(1, 4)])
print(["fizzbuzz" if n % 15 == 0 else "fizz" if n % 3 == 0 else "buzz" if n % 5 == 0 else n for n in range(1, 16)])
print([y for x in range(5) if (y := x * x) % 2 == 0])
matrix = [[1, 2, 3], [4, 5, 6]]
print([list(column) for column in zip(*matrix)], dict(zip("abc", range(3))))
first, *middle, last = range(6)
print(first, middle, last, *("a", "b"), sep="|")
print(any(p["age"] > 40 for p in people), all(p["languages"] for p in people))
