# Prints, as one line of JSON, the folders of this interpreter: its prefixes, its libraries and packages, its programs, and all
# folders that it imports from. `prelude.py` is in front of it.
import json
import sysconfig


def of(make):
    try:
        found = make()
    except Exception:
        return []
    return [path for path in ([found] if isinstance(found, str) else found) if path]


def text(paths):
    return [path for path in dict.fromkeys(paths) if os.path.isabs(path) and path.isprintable()]


prefixes = [getattr(sys, name, None) or sys.prefix for name in ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix")]
libraries = of(lambda: [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")])
libraries += of(site.getsitepackages) + [os.path.dirname(os.__file__)]
if getattr(site, "ENABLE_USER_SITE", False):
    libraries += of(site.getusersitepackages)
libraries += [path for path in search_path if path.endswith(".zip")]
programs = [sys.executable, getattr(sys, "_base_executable", None) or sys.executable]
print(
    json.dumps(
        {
            "prefixes": text(prefixes),
            "libraries": text(libraries),
            "programs": text(programs),
            "imports": text(search_path),
        }
    )
)
