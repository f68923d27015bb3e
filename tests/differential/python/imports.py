import importlib.util
import json
import sys

import package
import package.inner as inner
import single

print(single.__file__, single.VALUE, single.__spec__.cached, package.__path__, inner.__name__, inner.PARENT, sys.path)
print(importlib.util.find_spec("main").origin, importlib.util.find_spec("nothing_such"), sys.modules.get("main"))
print([name for name in sys.path_importer_cache if name.endswith("work")], json.load(open("data.json")))
if __name__ == "__main__":
    import main

    print(main is sys.modules["__main__"], main.__name__, main.__spec__.name)
    importlib.reload(main)
    try:
        importlib.reload(sys.modules["__main__"])
    except Exception as error:
        print(type(error).__name__, error)
    import no_such_module
