import locale
import os
import sys
import time

for name, value in os.environ.items():
    print(name, "=", value)
umask = os.umask(0o22)
print(oct(umask), os.getcwd(), os.environ["TMPDIR"], os.path.realpath(__file__), os.uname().sysname, time.tzname)
print(locale.getlocale(), locale.getpreferredencoding(), locale.setlocale(locale.LC_ALL), sys.stdout.encoding, os.get_exec_path())
