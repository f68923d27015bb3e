import subprocess
import sys


def run(*arguments, **more):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **more)
    print(arguments, done.returncode, done.stdout, done.stderr)


run("-c", "import sys; print(sys.argv, sys.path[0] == '', sys.flags.isolated)", "an argument")
run("-c", "import main; print(main.__name__, main.here())") if __name__ == "__main__" else None
run("-m", "json.tool", input='{"a": [1, 2]}') if __name__ == "__main__" else None
run("-I", "-S", "-c", "import sys; print(len(sys.path), sys.flags)") if __name__ == "__main__" else None
run("-", input="print(__name__, __file__ if '__file__' in globals() else None)\n1 +\n") if __name__ == "__main__" else None
run("-m", "no_such_module") if __name__ == "__main__" else None


def here():
    return here.__code__.co_firstlineno
