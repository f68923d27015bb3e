"""`_bz2` and `_lzma`, which CPython has in C: the work is done outside, in `runtray-python`."""

import sys
import types

import wit_world.imports.host as host

from _runtray.hidden import hidden

Kind = host.Codec
PIECE = 1 << 16
# Outside, memory is counted in KiB; more than fits into the number is no limit.
MOST_KIB = (1 << 32) - 1


class Codec:
    """One that was begun, by its number."""

    def __init__(self, kind, setting=0):
        self.number = None
        self.number = host.begin_codec(kind, setting)

    @hidden
    def step(self, data, room, last, failure):
        step = host.step_codec(self.number, bytes(data), room, last)
        if step.error is not None:
            raise failure(step.error)
        return step

    def __del__(self, end=host.end_codec):
        if self.number is not None:
            end(self.number)


class Compressor:
    _failure = OSError

    def _begin(self, kind, setting):
        self._codec, self._flushed = Codec(kind, setting), False

    @hidden
    def compress(self, data, /):
        if self._flushed:
            raise ValueError("Compressor has been flushed")
        data = memoryview(data).cast("B")
        pieces = range(0, len(data), PIECE)
        return b"".join(self._codec.step(data[at : at + PIECE], 0, False, self._failure).output for at in pieces)

    @hidden
    def flush(self):
        if self._flushed:
            raise ValueError("Repeated call to flush()")
        self._flushed = True
        return self._codec.step(b"", 0, True, self._failure).output

    def __reduce__(self):
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")


class Decompressor:
    _failure = OSError

    def _begin(self, codec):
        self._codec, self._waiting = codec, b""
        self.eof, self.needs_input, self.unused_data = False, True, b""

    def _start(self, data):
        """The codec for data that begins so; None while it is too little."""
        return self._codec

    @hidden
    def decompress(self, data, max_length=-1):
        if self.eof:
            raise EOFError("End of stream already reached")
        data = self._waiting + bytes(data)
        output, at = bytearray(), 0
        if (codec := self._start(data)) is None:
            self._waiting = data
            return b""
        while not self.eof and (max_length < 0 or len(output) < max_length):
            room = PIECE if max_length < 0 else min(PIECE, max_length - len(output))
            step = codec.step(data[at : at + PIECE], room, False, self._failure)
            at += step.consumed
            output += step.output
            self.eof = step.ended
            if not step.consumed and not step.output:
                break
        self._waiting = b"" if self.eof else data[at:]
        self.unused_data = data[at:] if self.eof else b""
        self.needs_input = not self.eof and (max_length < 0 or len(output) < max_length)
        return bytes(output)

    __reduce__ = Compressor.__reduce__


class BZ2Compressor(Compressor):
    @hidden
    def __init__(self, compresslevel=9, /):
        if not 1 <= compresslevel <= 9:
            raise ValueError("compresslevel must be between 1 and 9")
        self._begin(Kind.TO_BZIP2, compresslevel)


class BZ2Decompressor(Decompressor):
    def __init__(self):
        self._begin(Codec(Kind.FROM_BZIP2))

    def _failure(self, _):
        return OSError("Invalid data stream")


class LZMAError(Exception):
    """Call to liblzma failed."""


FORMATS = {"FORMAT_AUTO": 0, "FORMAT_XZ": 1, "FORMAT_ALONE": 2, "FORMAT_RAW": 3}
CHECKS = {"CHECK_NONE": 0, "CHECK_CRC32": 1, "CHECK_CRC64": 4, "CHECK_SHA256": 10}
NAMES = FORMATS | CHECKS | {
    "CHECK_ID_MAX": 15, "CHECK_UNKNOWN": 16, "FILTER_DELTA": 3, "FILTER_X86": 4, "FILTER_POWERPC": 5, "FILTER_IA64": 6,
    "FILTER_ARM": 7, "FILTER_ARMTHUMB": 8, "FILTER_SPARC": 9, "FILTER_LZMA1": 0x4000000000000001, "FILTER_LZMA2": 33,
    "MF_HC3": 3, "MF_HC4": 4, "MF_BT2": 18, "MF_BT3": 19, "MF_BT4": 20, "MODE_FAST": 1, "MODE_NORMAL": 2,
    "PRESET_DEFAULT": 6, "PRESET_EXTREME": 1 << 31,
}  # fmt: skip
OWN_FILTERS = "chains of filters are not available in the built-in Python; choose your own Python in Settings"


@hidden
def preset_of(preset, filters):
    if filters is not None:
        if preset is not None:
            raise ValueError("Cannot specify both preset and filter chain")
        if len(filters) != 1 or filters[0].keys() - {"id", "preset"}:
            raise LZMAError(OWN_FILTERS)
        preset = filters[0].get("preset")
    preset = 6 if preset is None else preset & 31
    if preset > 9:
        raise LZMAError("Invalid or unsupported options")
    return preset


class LZMACompressor(Compressor):
    _failure = LZMAError

    @hidden
    def __init__(self, format=1, check=-1, preset=None, filters=None):
        if check not in (-1, 0) and format != NAMES["FORMAT_XZ"]:
            raise ValueError("Integrity checks are only supported by FORMAT_XZ")
        if format == NAMES["FORMAT_XZ"]:
            check = NAMES["CHECK_CRC64"] if check == -1 else check
            if check not in CHECKS.values():
                raise LZMAError("Unsupported integrity check")
            self._begin(Kind.TO_XZ, preset_of(preset, filters) | check << 8)
        elif format == NAMES["FORMAT_ALONE"]:
            self._begin(Kind.TO_LZMA, preset_of(preset, filters))
        elif format == NAMES["FORMAT_RAW"]:
            raise LZMAError(OWN_FILTERS)
        else:
            raise ValueError(f"Invalid container format: {format}")


class LZMADecompressor(Decompressor):
    _failure = LZMAError

    @hidden
    def __init__(self, format=0, memlimit=None, filters=None):
        if format not in FORMATS.values():
            raise ValueError(f"Invalid container format: {format}")
        if format == NAMES["FORMAT_RAW"]:
            raise LZMAError(OWN_FILTERS) if filters else ValueError("Must specify filters for FORMAT_RAW")
        if filters is not None:
            raise ValueError("Cannot specify filters except with FORMAT_RAW")
        self._format, self._memory = format, 0 if memlimit is None else min(max(memlimit >> 10, 1), MOST_KIB)
        self.check = NAMES["CHECK_UNKNOWN"]
        self._begin(None)

    def _start(self, data):
        if self._codec is None and data:
            is_xz = self._format == NAMES["FORMAT_XZ"] or self._format == 0 and data[0] == 0xFD
            self._codec = Codec(Kind.FROM_XZ if is_xz else Kind.FROM_LZMA, self._memory)
        return self._codec


def is_check_supported(check, /):
    return check in CHECKS.values()


def no_filters(*_):
    raise LZMAError(OWN_FILTERS)


def module(name, contents):
    made = types.ModuleType(name)
    for thing in contents.values():
        if isinstance(thing, type):
            thing.__module__ = name
    vars(made).update(contents)
    sys.modules[name] = made


def install():
    """Before anything imports `bz2` or `lzma`."""
    module("_bz2", {"BZ2Compressor": BZ2Compressor, "BZ2Decompressor": BZ2Decompressor})
    functions = {"is_check_supported": is_check_supported}
    hidden = {"_encode_filter_properties": no_filters, "_decode_filter_properties": no_filters}
    classes = {"LZMAError": LZMAError, "LZMACompressor": LZMACompressor, "LZMADecompressor": LZMADecompressor}
    module("_lzma", NAMES | functions | hidden | classes)
