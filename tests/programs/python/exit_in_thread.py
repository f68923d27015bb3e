import sys
import threading


def worker():
    print("thread exits")
    sys.exit(5)


thread = threading.Thread(target=worker)
thread.start()
thread.join()
print("the program does not")
