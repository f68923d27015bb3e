from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


def describe(value):
    match value:
        case []:
            return "an empty list"
        case [only]:
            return f"a list of one, {only!r}"
        case [first, *rest]:
            return f"a list from {first!r} and {len(rest)} more"
        case {"type": "circle", "radius": float() | int() as radius} if radius > 0:
            return f"a circle of radius {radius}"
        case {"type": kind, **other}:
            return f"a {kind} with {sorted(other)}"
        case Point(x=0, y=0):
            return "the origin"
        case Point(x, y) if x == y:
            return f"on the diagonal at {x}"
        case Point():
            return "a point"
        case str() as text if text.isdigit():
            return "a numeral"
        case True | False:
            return "a truth value"
        case int() | float():
            return "a number"
        case None:
            return "nothing"
        case _:
            return f"something else: {type(value).__name__}"


for value in ([], [1], ["a", 2, 3], {"type": "circle", "radius": 2}, {"type": "circle", "radius": -1},
              Point(0, 0), Point(3, 3), Point(1, 2), "42", "x", True, 3.5, None, {1}):
    print(f"{value!r:<36} {describe(value)}")
