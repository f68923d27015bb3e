import os
import sys
import tempfile

text = open("text.txt", "w")
text.write("not closed, ü")
data = open("data.bin", "wb")
data.write(b"\x00\x01" * 1000)
inherited = os.fdopen(os.dup(1), "w")
inherited.write("through a copy\n")
temporary = tempfile.NamedTemporaryFile("w", delete=False, dir=".", prefix="kept-", suffix=".tmp")
os.rename(temporary.name, "kept.tmp")
temporary.write("kept")
sys.stdout.write("no newline at the end")
sys.stderr.write("nor here")
