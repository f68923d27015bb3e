from __future__ import annotations


class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]
        if len({len(row) for row in self.rows}) != 1:
            raise ValueError("rows differ in length")

    @classmethod
    def identity(cls, n) -> Matrix:
        return cls([[int(i == j) for j in range(n)] for i in range(n)])

    def __matmul__(self, other) -> Matrix:
        columns = list(zip(*other.rows))
        return Matrix([[sum(a * b for a, b in zip(row, column)) for column in columns] for row in self.rows])

    def __pow__(self, power) -> Matrix:
        result = Matrix.identity(len(self.rows))
        for _ in range(power):
            result = result @ self
        return result

    def __eq__(self, other):
        return self.rows == other.rows

    @property
    def transposed(self) -> Matrix:
        return Matrix(zip(*self.rows))

    def determinant(self):
        if len(self.rows) == 1:
            return self.rows[0][0]
        total = 0
        for column, value in enumerate(self.rows[0]):
            minor = Matrix([row[:column] + row[column + 1 :] for row in self.rows[1:]])
            total += (-1) ** column * value * minor.determinant()
        return total

    def __str__(self):
        width = max(len(str(value)) for row in self.rows for value in row)
        return "\n".join(" ".join(f"{value:>{width}}" for value in row) for row in self.rows)


m = Matrix([[1, 2, 3], [0, -4, 5], [7, 8, 10]])
print(m @ m.transposed, end="\n\n")
print(Matrix([[1, 1], [1, 0]]) ** 30, end="\n\n")
print("determinant", m.determinant(), "| identity holds:", m @ Matrix.identity(3) == m)
try:
    Matrix([[1, 2], [3]])
except ValueError as error:
    print("ValueError:", error)
