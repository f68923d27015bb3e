import sys

sys.stdout.write("x" * 300_000)
sys.stderr.write("y" * 70_000)
