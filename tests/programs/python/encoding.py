import locale
import sys

print(sys.stdin.encoding.lower(), sys.stdout.encoding.lower(), sys.stderr.encoding.lower())
print(locale.getpreferredencoding(False).lower(), sys.getfilesystemencoding(), sys.flags.utf8_mode)
print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stdout.line_buffering or sys.stdout.write_through)
with open("plain.txt", "w") as file:
    print(file.encoding.lower())
    file.write("ü")
print(open("plain.txt", "rb").read())
