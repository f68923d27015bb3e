import contextlib
import io
import os


class Indenter:
    level = 0

    def __enter__(self):
        self.level += 1
        return self

    def __exit__(self, kind, error, traceback):
        self.level -= 1
        if kind is ZeroDivisionError:
            self.say(f"swallowed {kind.__name__}: {error}")
            return True

    def say(self, text):
        print("    " * self.level + text)


@contextlib.contextmanager
def working_directory(path):
    before = os.getcwd()
    os.mkdir(path)
    os.chdir(path)
    try:
        yield os.path.basename(os.getcwd())
    finally:
        os.chdir(before)
        os.rmdir(path)


with Indenter() as log:
    log.say("hi")
    with log:
        log.say("deeper")
        1 / 0
    log.say("back")
with working_directory("inner") as name:
    print("inside", name)
print("exists after:", os.path.exists("inner"))
with contextlib.redirect_stdout(io.StringIO()) as captured:
    print("secret")
print("captured", repr(captured.getvalue()))
with contextlib.suppress(FileNotFoundError), open("missing.txt") as file:
    print(file.read())
with contextlib.ExitStack() as stack:
    for word in ("first", "second", "third"):
        stack.callback(print, "closing", word)
    print("stacked")
