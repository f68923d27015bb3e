# Prints, as a JSON list, every path whose change makes the next start of this interpreter another one: the folders on its search
# path and those that may become part of it, what those folders tell it to do at its start, and the files it has imported by then.
import sys

modules = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]

import json
import os
import site


def from_site(name):
    try:
        found = getattr(site, name)()
    except Exception:
        return []
    return [found] if isinstance(found, str) else list(found)


def lines(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []


def told(folder):
    """The `.pth` files and links in a folder, and the paths that they name."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if name.endswith((".pth", ".egg-link", "._pth")):
            path = os.path.join(folder, name)
            yield path
            for line in lines(path):
                line = line.strip()
                if line and not line.startswith(("#", "import ", "import\t")):
                    yield os.path.join(folder, line)


library = os.path.join(os.path.dirname(os.__file__), "")
packages = from_site("getsitepackages") + from_site("getusersitepackages")


def is_own(name, path):
    """Whether a module is the user's: those of the standard library come and go with the interpreter."""
    customizes = name in ("sitecustomize", "usercustomize")
    return customizes or not path.startswith(library) or path.startswith(tuple(packages))


base = getattr(sys, "_base_executable", None) or sys.executable
folders = list(dict.fromkeys(map(os.path.abspath, [path for path in sys.path if path] + packages)))
paths = [path for name, path in modules if path and is_own(name, path)]
paths += [sys.executable, base]
paths += [os.path.join(prefix, "pyvenv.cfg") for prefix in (sys.prefix, os.path.dirname(sys.executable))]
paths += folders
# The interpreter's own folder gets a file with every console script: only what stands there for the interpreter counts.
for folder in dict.fromkeys(folders + [os.path.dirname(sys.executable), os.path.dirname(base)]):
    paths += told(folder)


def is_text(path):
    try:
        path.encode()
    except UnicodeError:
        return False
    return os.path.isabs(path)


print(json.dumps([path for path in dict.fromkeys(paths) if is_text(path)]))
