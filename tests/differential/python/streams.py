import io
import os
import sys

for stream in sys.stdin, sys.stdout, sys.stderr:
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.line_buffering, stream.write_through,
          stream.newlines, stream.isatty(), stream.fileno(), stream.seekable(), type(stream.buffer).__name__)
    print(os.fstat(stream.fileno()).st_mode, os.get_inheritable(stream.fileno()), os.get_blocking(stream.fileno()))
print(io.text_encoding(None), io.DEFAULT_BUFFER_SIZE)
