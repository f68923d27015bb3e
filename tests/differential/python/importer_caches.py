import sys

for path, finder in sys.path_importer_cache.items():
    print(path, type(finder).__name__, getattr(finder, "path", None))
print([type(finder).__name__ if not isinstance(finder, type) else finder.__name__ for finder in sys.meta_path])
print(len(sys.path_hooks), [hook.__name__ for hook in sys.path_hooks])
