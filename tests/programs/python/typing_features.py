from __future__ import annotations

from typing import Generic, Literal, NamedTuple, Protocol, TypedDict, TypeVar, get_type_hints, overload

T = TypeVar("T")


class Stack(Generic[T]):
    def __init__(self) -> None:
        self._items: list[T] = []

    def push(self, item: T) -> Stack[T]:
        self._items.append(item)
        return self

    def __len__(self) -> int:
        return len(self._items)


class Speaker(Protocol):
    def speak(self) -> str: ...


class Dog:
    def speak(self) -> str:
        return "Woof"


class Movie(TypedDict, total=False):
    title: str
    year: int


class Employee(NamedTuple):
    name: str
    id: int = 3


@overload
def double(value: int) -> int: ...
@overload
def double(value: str) -> str: ...
def double(value):
    return value * 2


def announce(speaker: Speaker, mode: Literal["loud", "soft"] = "loud") -> str | None:
    return speaker.speak().upper() if mode == "loud" else None


print(len(Stack[int]().push(1).push(2)), announce(Dog()), announce(Dog(), "soft"))
print(Movie(title="Alien", year=1979), Employee("Guido"), double(4), double("ab"))
print(announce.__annotations__, get_type_hints(Employee), sep="\n")
count: int = 3
print(__annotations__)
