"""`sys.flags`, as the command line and the variables of this run set them. The real ones are those of the build."""

import operator
import os
import sys

NAMES = sys.flags.__match_args__
BUILT = sys.flags


class flags(tuple):
    """sys.flags"""

    __slots__ = ()
    n_fields, n_sequence_fields, n_unnamed_fields = BUILT.n_fields, BUILT.n_sequence_fields, BUILT.n_unnamed_fields
    __match_args__ = NAMES

    def __repr__(self):
        return f"sys.flags({', '.join(f'{name}={value!r}' for name, value in zip(NAMES, self))})"


flags.__module__ = "sys"
for index, name in enumerate(NAMES):
    setattr(flags, name, property(operator.itemgetter(index)))
for name in ("gil", "thread_inherit_context", "context_aware_warnings"):
    if name not in NAMES and hasattr(BUILT, name):
        setattr(flags, name, getattr(BUILT, name))


def set_up(launch):
    """Those of a run; after its environment."""
    isolated = launch.first_path is None
    values = dict(zip(NAMES, BUILT))
    values |= {
        "optimize": launch.optimize,
        "dont_write_bytecode": int(bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))),
        "hash_randomization": int(os.environ.get("PYTHONHASHSEED") != "0"),
        "isolated": 0,
        "safe_path": isolated,
        "ignore_environment": 0,
        "no_user_site": 0,
        "no_site": 0,
        "dev_mode": os.environ.get("PYTHONDEVMODE") not in (None, ""),
        # Text is UTF-8 here whatever the locale says.
        "utf8_mode": 1,
    }
    sys.flags = flags(values[name] for name in NAMES)
    sys.dont_write_bytecode = bool(values["dont_write_bytecode"])
