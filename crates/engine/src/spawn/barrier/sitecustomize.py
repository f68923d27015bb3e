# Waits until Runtray has this interpreter's program, then leaves no trace: the search path, the environment and the modules are
# as if this file had never been found, and a `sitecustomize` of the user's own is imported in its stead.
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
