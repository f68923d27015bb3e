from dataclasses import asdict, astuple, dataclass, field, replace, FrozenInstanceError
from enum import Enum, Flag, IntEnum, auto


class Suit(Enum):
    SPADES = "♠"
    HEARTS = "♥"


class Priority(IntEnum):
    LOW = 1
    HIGH = 3


class Permission(Flag):
    READ = auto()
    WRITE = auto()
    EXECUTE = auto()


@dataclass(order=True, frozen=True)
class Card:
    rank: int
    suit: Suit = field(compare=False)
    tags: list = field(default_factory=list, compare=False, repr=False)

    def __post_init__(self):
        if not 1 <= self.rank <= 13:
            raise ValueError(f"no such rank: {self.rank}")


ace, king = Card(1, Suit.SPADES), Card(13, Suit.HEARTS, ["royal"])
print(ace, king, ace < king, sep="\n")
print(asdict(king))
print(astuple(replace(king, rank=12)))
for attempt in (lambda: Card(20, Suit.SPADES), lambda: setattr(ace, "rank", 2)):
    try:
        attempt()
    except (ValueError, FrozenInstanceError) as error:
        print(type(error).__name__, error)
print(Suit("♥").name, [s.value for s in Suit], Priority.HIGH > Priority.LOW, sorted(Priority)[0].name)
mode = Permission.READ | Permission.WRITE
print(Permission.WRITE in mode, Permission.EXECUTE in mode, (mode & ~Permission.READ).name)
