"""The key by which the texts of a run are hashed. `src/build/seed.rs` has the other half.

The texts of the snapshot keep their hashes, which the table of the buffer marks; the build fills it in.
"""

import os
import struct

MARK = b"Runtray: the hashes of this run."
# The operand of an XOR, because the memory also contains the constant MARK.
MARK_XOR = 0x5A
CHOSEN, KEY, TYPES, TABLE = 32, 40, 64, 1024
KEY_SIZE = 16
# Of the largest seed.
DIGITS = 10
# Full, so that a table that nobody filled in changes nothing, and that the snapshot has a place for it.
buffer = bytearray(b"\xff") * (TABLE + (1 << 21) // 8)


def set_up():
    """The end of the start that is in the snapshot: where texts are, for the build."""
    for place, byte in enumerate(MARK):
        buffer[place] = byte ^ MARK_XOR
    buffer[CHOSEN:TABLE] = bytes(TABLE - CHOSEN)
    addresses = [id(kind) for top in (str, bytes) for kind in with_subclasses(top)]
    struct.pack_into(f"<{len(addresses)}I", buffer, TYPES, *addresses)


def with_subclasses(kind):
    yield kind
    for below in type.__subclasses__(kind):
        yield from with_subclasses(below)


def choose(variables):
    """The key of a run, before it hashes a text of its own."""
    seed = None
    for name, value in variables:
        if name == b"PYTHONHASHSEED":
            seed = value
    buffer[KEY : KEY + KEY_SIZE] = os.urandom(KEY_SIZE) if seed in (None, b"", b"random") else key(seed)
    buffer[CHOSEN] = 1


def refused(text):
    """CPython's words about a seed that is none."""
    if text in ("", "random") or text.isascii() and text.isdigit() and len(text) <= DIGITS and int(text) < 1 << 32:
        return None
    return (
        'Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295]'
        "\nPython runtime state: preinitialized\n"
    )


def key(seed):
    """CPython's key for a seed. One that is refused later, and 0, have none."""
    number = int(seed) & 0xFFFFFFFF if seed.isdigit() and len(seed) <= DIGITS else 0
    made = bytearray(KEY_SIZE)
    for place in range(KEY_SIZE if number else 0):
        number = (number * 214013 + 2531011) & 0xFFFFFFFF
        made[place] = number >> 16 & 0xFF
    return made
