import sys

for n in range(3):
    print("out", n)
    print("err", n, file=sys.stderr)
sys.__stdout__.write("through __stdout__\n")
sys.stdout.writelines(["a\n", "b\n"])
