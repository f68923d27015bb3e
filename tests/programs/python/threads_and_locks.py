import queue
import threading

counter = 0
lock = threading.Lock()


def increment(times):
    global counter
    for _ in range(times):
        with lock:
            counter += 1


threads = [threading.Thread(target=increment, args=(5000,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("counter", counter)

jobs, done = queue.Queue(), queue.Queue()


def worker():
    while (job := jobs.get()) is not None:
        done.put((job, job**2))
        jobs.task_done()


workers = [threading.Thread(target=worker, daemon=True) for _ in range(3)]
for thread in workers:
    thread.start()
for n in range(20):
    jobs.put(n)
jobs.join()
print(sorted(done.get() for _ in range(20))[-3:])

barrier = threading.Barrier(3)
order = []


def meet(name):
    barrier.wait(timeout=5)
    order.append(name)


for name in "abc":
    threading.Thread(target=meet, args=(name,)).start()
condition = threading.Event()
timer = threading.Timer(0.01, condition.set)
timer.start()
print("timer fired", condition.wait(5))
for thread in threading.enumerate():
    if thread is not threading.main_thread() and not thread.daemon:
        thread.join()
print(sorted(order), threading.current_thread().name)

local = threading.local()
local.value = "main"
thread = threading.Thread(target=lambda: print("thread sees", hasattr(local, "value")))
thread.start()
thread.join()
