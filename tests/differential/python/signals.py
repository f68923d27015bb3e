import signal
import time

for number in sorted(signal.valid_signals()):
    handler = signal.getsignal(number)
    print(int(number), handler if handler is None or isinstance(handler, signal.Handlers) else handler.__name__)
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigpending(), signal.getitimer(signal.ITIMER_REAL), signal.set_wakeup_fd(-1))
signal.signal(signal.SIGALRM, lambda number, frame: print("alarm", number, frame.f_lineno > 1, frame.f_code.co_name))
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(0.1)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt as error:
    print(repr(error))
signal.raise_signal(signal.SIGTERM)
