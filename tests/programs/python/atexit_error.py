import atexit


def fail():
    raise ValueError("in the exit handler")


atexit.register(fail)
print("main is fine")
