"""Frames that no program sees, so that the program's own is the outermost.

CPython leaves frames whose code has not begun out of tracebacks and stacks. Code begins with RESUME: a frame of code without one
never does.
"""

import dis

NOP = dis.opmap["NOP"]


def hidden(function):
    """`function`, with frames that are left out."""
    code = function.__code__
    without = bytearray(code.co_code)
    for instruction in dis.get_instructions(code):
        if instruction.opname == "RESUME":
            without[instruction.offset] = NOP
    function.__code__ = code.replace(co_code=bytes(without))
    return function
