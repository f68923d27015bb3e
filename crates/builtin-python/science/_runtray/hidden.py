"""Frames that no program sees, so that the program's own is the outermost. As in `guest/start`, for CPython 3.15.

There RESUME, without which the code of a frame never begins, is followed by entries of a cache, which are no instructions.
"""

import dis

NOP = dis.opmap["NOP"]


def hidden(function):
    """`function`, with frames that are left out."""
    code = function.__code__
    without = bytearray(code.co_code)
    for instruction in dis.get_instructions(code):
        if instruction.opname == "RESUME":
            entries = sum(size for _, size, _ in instruction.cache_info or [])
            end = instruction.offset + 2 + 2 * entries
            without[instruction.offset : end] = bytes([NOP, 0]) * (1 + entries)
    function.__code__ = code.replace(co_code=bytes(without))
    return function
