import faulthandler
import signal
import sys


def deep(n):
    if n:
        return deep(n - 1)
    faulthandler.dump_traceback(file=sys.stdout, all_threads=False)
    sys.stdout.flush()


print(faulthandler.is_enabled(), flush=True)
deep(3)
faulthandler.register(signal.SIGUSR1, file=sys.stdout, all_threads=False)
signal.raise_signal(signal.SIGUSR1)
faulthandler.enable(all_threads=False)
signal.raise_signal(signal.SIGSEGV)
