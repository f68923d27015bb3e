from math import sqrt

# Position, velocity and mass of five bodies that attract one another.
bodies = [
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.5],
    [[4.8, -1.2, -0.1], [0.6, 2.8, 0.0], 0.038],
    [[8.3, 4.1, -0.4], [-1.0, 1.8, 0.0], 0.011],
    [[12.9, -15.1, -0.2], [1.1, 0.9, 0.0], 0.0017],
    [[15.4, -25.9, 0.2], [1.0, 0.6, 0.0], 0.002],
]
pairs = [(one, other) for place, one in enumerate(bodies) for other in bodies[place + 1 :]]


def advance(step, count):
    for _ in range(count):
        for (a, v, m), (b, w, n) in pairs:
            x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
            square = x * x + y * y + z * z
            force = step / (square * sqrt(square))
            v[0] -= x * n * force
            v[1] -= y * n * force
            v[2] -= z * n * force
            w[0] += x * m * force
            w[1] += y * m * force
            w[2] += z * m * force
        for place, speed, _ in bodies:
            for axis in range(3):
                place[axis] += step * speed[axis]


advance(0.01, 20_000)
