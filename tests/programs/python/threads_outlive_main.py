import threading
import time


def slow():
    for n in range(3):
        time.sleep(0.02)
        print("working", n)


threading.Thread(target=slow).start()
threading.Thread(target=lambda: time.sleep(60), daemon=True).start()
print("main is done")
