# Prints a JSON list of every path whose change affects the next start of this interpreter: the folders on its search path and
# those that may become part of it, the path configuration files in them, and the files that it has imported so far.
# `../prelude.py` is in front of it.
modules = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]

import json


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


def entries_of_path_files(folder):
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
    """Whether a module is the user's. The standard library only changes with the interpreter."""
    customizes = name in ("sitecustomize", "usercustomize")
    return customizes or not path.startswith(library) or path.startswith(tuple(packages))


base = getattr(sys, "_base_executable", None) or sys.executable
folders = list(dict.fromkeys(map(os.path.abspath, search_path + packages)))
paths = [path for name, path in modules if path and is_own(name, path)]
paths += [sys.executable, base]
paths += [os.path.join(prefix, "pyvenv.cfg") for prefix in (sys.prefix, os.path.dirname(sys.executable))]
paths += folders
# Nothing was imported from these.
paths += [os.path.join(folder, name + ".py") for folder in left_out for name in ("sitecustomize", "usercustomize")]
# Every console script adds a file to the interpreter's folder, so of that folder only the path configuration files count.
for folder in dict.fromkeys(folders + [os.path.dirname(sys.executable), os.path.dirname(base)]):
    paths += entries_of_path_files(folder)


def is_text(path):
    try:
        path.encode()
    except UnicodeError:
        return False
    return os.path.isabs(path)


print(json.dumps([path for path in dict.fromkeys(paths) if is_text(path)]))
