import os
import signal
import time


def handler(number, frame):
    print("caught", signal.Signals(number).name, "in", frame.f_code.co_name)


signal.signal(signal.SIGTERM, handler)
signal.signal(signal.SIGUSR1, handler)
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGUSR1)
print("SIGINT default:", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
print("SIGPIPE ignored:", signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN)


def alarm(number, frame):
    raise TimeoutError("took too long")


signal.signal(signal.SIGALRM, alarm)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(30)
except TimeoutError as error:
    print("TimeoutError:", error)
print(sorted(s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])))
