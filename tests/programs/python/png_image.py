import struct
import zlib

SIZE = 64


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def mandelbrot(x, y, limit=32):
    z, c = 0, complex(x / SIZE * 3 - 2.2, y / SIZE * 3 - 1.5)
    for n in range(limit):
        if abs(z) > 2:
            return n * 8
        z = z * z + c
    return 255


rows = b"".join(b"\x00" + bytes(mandelbrot(x, y) for x in range(SIZE)) for y in range(SIZE))
header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 0, 0, 0, 0)
with open("fractal.png", "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))
print("in the set:", rows.count(255))
