import os
import sys

stage = os.environ.get("STAGE", "0")
print(stage, sys.argv, sys.orig_argv[1:], __file__, sys.flags.optimize, flush=True)
os.environ["STAGE"] = str(int(stage) + 1)
if stage == "0":
    os.execv(sys.executable, [sys.executable, "-O", *sys.argv, "again"])
if stage == "1":
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[2:]])
assert __debug__
raise SystemExit(int(stage))
