import sys
import zipfile

with zipfile.ZipFile("code.zip", "w") as archive:
    archive.writestr("zipped.py", "def fail():\n    raise ValueError(__file__)\n")
    archive.writestr("__main__.py", "print('run', __name__, __file__)\n")
sys.path.insert(0, "code.zip")
import runpy

import zipped

runpy.run_path("code.zip")
import os

os.remove("code.zip")
zipped.fail()
