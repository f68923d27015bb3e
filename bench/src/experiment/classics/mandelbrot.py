SIZE = 150


def escapes(c):
    z = 0j
    for _ in range(50):
        z = z * z + c
        if abs(z) > 2.0:
            return True
    return False


inside = sum(not escapes(complex(2.0 * x / SIZE - 1.5, 2.0 * y / SIZE - 1.0)) for y in range(SIZE) for x in range(SIZE))
assert SIZE * SIZE // 5 < inside < SIZE * SIZE // 2, inside
