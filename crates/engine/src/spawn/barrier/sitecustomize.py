# Blocks until Runtray has this interpreter's program, and leaves no trace: search path, environment and modules are as if this file
# did not exist. Then imports the user's own `sitecustomize`, if there is one.
import os
import sys

sys.path.remove(os.path.dirname(__file__))
sys.path_importer_cache.pop(os.path.dirname(__file__), None)
os.environ.pop("PYTHONPATH", None)
try:
    with open(os.environ.pop("RUNTRAY_BARRIER"), "rb", 0) as barrier:
        barrier.read(1)
except OSError:
    pass
del sys.modules[__name__]
import sitecustomize
