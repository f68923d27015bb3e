import sys

print("progress: ", end="")
for percent in range(0, 101, 25):
    print(f"\rprogress: {percent:3d}%", end="", flush=True)
sys.stderr.write("done, no newline")
