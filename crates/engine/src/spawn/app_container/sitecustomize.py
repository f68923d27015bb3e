# Lets programs of this Python work in an AppContainer. Children start with it too, because PYTHONPATH stays. Then imports the
# user's own `sitecustomize`, if there is one.
import os
import sys


def adapt_mkdir(mkdir):
    # Since 3.12.4 a folder of mode 0o700 is closed to the AppContainer that makes it, as those of `tempfile` are.
    def adapted(path, mode=0o777, *, dir_fd=None):
        return mkdir(path, 0o777 if mode == 0o700 else mode, dir_fd=dir_fd)

    return adapted


def adapt_pipe(function):
    # An AppContainer may make named pipes only below LOCAL, where no other program sees them.
    def adapted(name, *arguments):
        root, local = "\\\\.\\pipe\\", "\\\\.\\pipe\\LOCAL\\"
        if isinstance(name, str) and name.lower().startswith(root) and not name.upper().startswith(local.upper()):
            name = local + name[len(root):]
        return function(name, *arguments)

    return adapted


os.mkdir = adapt_mkdir(os.mkdir)
try:
    import _winapi
except ImportError:
    pass
else:
    for name in ("CreateNamedPipe", "CreateFile", "WaitNamedPipe"):
        setattr(_winapi, name, adapt_pipe(getattr(_winapi, name)))

# Windows sets these to the folder of the AppContainer's profile when it starts the first process.
temporary = os.environ.pop("RUNTRAY_TEMPORARY", None)
if temporary:
    os.environ.update(TEMP=temporary, TMP=temporary, LOCALAPPDATA=os.path.join(temporary, "home", "AppData", "Local"))

sys.path.remove(os.path.dirname(__file__))
sys.path_importer_cache.pop(os.path.dirname(__file__), None)
del sys.modules[__name__]
import sitecustomize
