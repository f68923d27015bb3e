from math import sqrt


def entry(row, column):
    return 1.0 / ((row + column) * (row + column + 1) / 2 + row + 1)


def times(vector):
    return [sum(entry(row, column) * value for column, value in enumerate(vector)) for row in range(len(vector))]


def transposed_times(vector):
    return [sum(entry(column, row) * value for column, value in enumerate(vector)) for row in range(len(vector))]


u = [1.0] * 150
for _ in range(5):
    v = transposed_times(times(u))
    u = transposed_times(times(v))
norm = sqrt(sum(a * b for a, b in zip(u, v)) / sum(b * b for b in v))
assert 1.2 < norm < 1.3, norm
