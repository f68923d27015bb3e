import __main__
import typing

x: int = 1
y: "later"
z: list[int]


class C:
    a: x
    b: typing.ClassVar["C"] = None


def f(p: x, *, q: "C" = None) -> y if False else None:
    v: undefined = 1
    return v


print(__annotations__, C.__annotations__, f.__annotations__, __main__.__annotations__ is __annotations__)
print(typing.get_type_hints(f), f(1))
