import base64
import binascii
import hashlib
import hmac
import io
import pickle
import struct

packed = struct.pack("<IhB5s", 1_000_000, -2, 255, b"hello")
print(packed.hex(), struct.unpack("<IhB5s", packed), struct.calcsize("<IhB5s"))
print(hashlib.sha256("päss".encode()).hexdigest()[:16], hashlib.md5(b"").hexdigest(), hashlib.blake2b(b"x", digest_size=4).hexdigest())
print(hmac.new(b"key", b"message", "sha256").hexdigest()[:16], hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 1000).hex()[:16])
print(base64.b64encode(b"\x00\xff\x10").decode(), base64.urlsafe_b64decode("8J-YgA==").decode(), binascii.crc32(b"123456789"))


class Account:
    def __init__(self, owner):
        self.owner = owner


copy = pickle.loads(pickle.dumps({"account": Account("Ada"), "set": {1, 2}}))
print(copy["account"].owner, type(copy["account"]).__module__, copy["set"])
view = memoryview(bytearray(b"abcdef"))
view[1:3] = b"XY"
print(view.tobytes(), bytes.fromhex("cafe"), int.from_bytes(b"\x01\x00", "little"), bytes(3), b"%d" % 5)
stream = io.BytesIO(b"line one\nline two\n")
print(stream.readline(), stream.tell(), stream.read())
