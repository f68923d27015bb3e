from collections import Counter

glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}


def step(alive):
    neighbours = Counter(
        (x + dx, y + dy) for x, y in alive for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0)
    )
    return {cell for cell, count in neighbours.items() if count == 3 or (count == 2 and cell in alive)}


def show(alive, size=6):
    for y in range(size):
        print("".join("█" if (x, y) in alive else "·" for x in range(size)))


state = glider
for generation in range(5):
    print("generation", generation)
    show(state)
    state = step(state)
moved = glider
for _ in range(4):
    moved = step(moved)
print(moved == {(x + 1, y + 1) for x, y in glider})
