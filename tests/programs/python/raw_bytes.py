import sys

sys.stdout.buffer.write(b"caf\xc3\xa9 \xff\xfe end\n")
sys.stdout.buffer.write("half of an emoji: ".encode() + "🎈".encode()[:2] + b"\n")
sys.stdout.flush()
sys.stderr.buffer.write(b"\x80 on stderr\n")
data = sys.stdin.buffer.read()
print(len(data), data.decode("utf-8"))
