# The beginning of every script that asks a Python about itself: the start-up of `site`, which `-S` has put off, without importing
# anything from the folders in the arguments, to which programs may write. `search_path` is what it would have been.
import sys

# With `-c`, imports come from the current folder first. It may be anybody's.
if sys.path[:1] == [""]:
    del sys.path[0]

import os
import site


def below(folder):
    return os.path.join(folder, "")


writable = [below(make(folder)) for folder in sys.argv[1:] for make in (os.path.abspath, os.path.realpath)]
left_out = []


def is_writable(path):
    """Whether programs may put modules there. An interpreter in such a folder is kept from them, with all that it contains."""
    places = [below(os.path.abspath(path)), below(os.path.realpath(path))]
    own = [below(os.path.realpath(prefix)) for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix)]
    for folder in writable:
        kept = tuple(prefix for prefix in own if prefix.startswith(folder))
        if any(place.startswith(folder) and not place.startswith(kept) for place in places):
            return True
    return False


class Guarded(list):
    """A search path that leaves out such folders when they are added."""

    def append(self, path):
        self.insert(len(self), path)

    def extend(self, paths):
        for path in paths:
            self.append(path)

    def insert(self, index, path):
        if is_writable(path):
            left_out.append(path)
        else:
            list.insert(self, index, path)


if writable:
    sys.path = Guarded(sys.path)
try:
    site.main()
except Exception:
    # An interpreter goes on without it, too.
    sys.excepthook(*sys.exc_info())
search_path = list(sys.path) + left_out
