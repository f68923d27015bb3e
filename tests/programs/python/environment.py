import os

print(os.environ["API_KEY"], os.getenv("MISSING", "a default"), repr(os.environ["EMPTY"]))
print(os.path.expandvars("$GREETING, ${API_KEY}"))
os.environ["ADDED"] = "by the program"
print(os.popen(f'"{__import__("sys").executable}" -c "import os; print(os.environ[\'ADDED\'])"').read().strip())
print(sorted(name for name in os.environ if name.startswith(("RUNTRAY", "CARGO", "LD_", "PYTHONPATH", "PYTHONHOME"))))
print(all(name in os.environ for name in ("PATH", "HOME")) or os.name == "nt")
