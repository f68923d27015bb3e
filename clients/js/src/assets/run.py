def _runtray():
    """Makes `_runtray_run`, which runs one program as `python main.py` would and reports how it ended."""
    import atexit, base64, hashlib, io, json, linecache, mimetypes, os, sys, traceback, types

    folder = "/home/pyodide/run"
    most_files, most_bytes = 100, 8 * 1024 * 1024
    missing = "Only Python's standard library is there while Runtray does not run. Start Runtray to use installed packages.\n"

    def put(files):
        for file in files or []:
            path = os.path.normpath(os.path.join(folder, file["path"]))
            if not path.startswith(folder + "/"):
                raise ValueError(f"the path {file['path']!r} leaves the program's folder")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            content = file["content"]
            data = base64.b64decode(content) if file.get("encoding") == "base64" else content.encode()
            with open(path, "wb") as out:
                out.write(data)

    def digests():
        found = {}
        for root, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                path = os.path.join(root, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, folder)] = hashlib.file_digest(file, "sha256").digest()
        return found

    def changed(before):
        after = digests()
        names = [name for name, digest in after.items() if before.get(name) != digest]
        return [describe(name) for name in names[:most_files]]

    def describe(name):
        path = os.path.join(folder, name)
        size = os.path.getsize(path)
        file = {"path": name, "size_bytes": size, "media_type": mimetypes.guess_type(name)[0] or "application/octet-stream"}
        if size <= most_bytes:
            with open(path, "rb") as content:
                file["content"] = base64.b64encode(content.read()).decode()
        return file

    def execute(code, main):
        try:
            exec(compile(code, main.__file__, "exec"), main.__dict__)
            return 0
        except SystemExit as end:
            if end.code is None or isinstance(end.code, int):
                return (end.code or 0) & 255
            print(end.code, file=sys.stderr)
            return 1
        except BaseException as error:
            # Without this frame; a syntax error has no frame of the program.
            shown = error.__traceback__.tb_next
            traceback.print_exception(type(error), error, None if isinstance(error, SyntaxError) and not shown else shown)
            if isinstance(error, ModuleNotFoundError):
                sys.stderr.write(missing)
            return 130 if isinstance(error, KeyboardInterrupt) else 1

    class Typed(io.RawIOBase):
        """Standard input of an interpreter that is suspended until `line`, a function of JavaScript, has the next line."""

        def __init__(self, line, isatty):
            self.line, self.tty, self.rest = line, isatty, b""

        def readable(self):
            return True

        def isatty(self):
            return self.tty

        def readinto(self, buffer):
            from pyodide.ffi import run_sync

            self.rest = self.rest or run_sync(self.line()).encode()
            part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    async def run(text, line, isatty):
        request = json.loads(text)
        if line:
            sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(Typed(line, isatty)), encoding="utf-8")
        os.makedirs(folder, exist_ok=True)
        os.chdir(folder)
        os.environ.update(request.get("env") or {})
        put(request.get("files"))
        code = request["code"]
        if request.get("code_encoding") == "base64":
            code = base64.b64decode(code)
        main = types.ModuleType("__main__")
        main.__file__ = "main.py"
        main.__builtins__ = __builtins__
        sys.modules["__main__"] = main
        sys.argv = ["main.py", *(request.get("args") or [])]
        sys.path.insert(0, folder)
        lines = (code if isinstance(code, str) else code.decode("utf-8", "replace")).splitlines(keepends=True)
        linecache.cache["main.py"] = (len(code), None, lines, "main.py")
        before = digests()
        exit_code = execute(code, main)
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        return json.dumps({"exit_code": exit_code, "files": changed(before)})

    return run


_runtray_run = _runtray()
del _runtray
