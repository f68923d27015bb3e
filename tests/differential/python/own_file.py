import os
import sys
import traceback


def fail():
    raise OSError("the file is another one by now")


try:
    fail()
except OSError:
    traceback.print_exc(file=sys.stdout)
with open(__file__, "w") as file:
    file.write("# rewritten\n" * 40)
pid = os.fork()
if pid == 0:
    fail()
os.waitpid(pid, 0)
os.remove(__file__)
print(os.path.exists(__file__), os.listdir("."), flush=True)
fail()
