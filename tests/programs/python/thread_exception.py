import threading


def fail():
    raise ValueError("inside the thread")


thread = threading.Thread(target=fail, name="worker-1")
thread.start()
thread.join()
print("main goes on")
