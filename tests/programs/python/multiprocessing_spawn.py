import multiprocessing as mp
import sys

sys.stdout.write(f"imported as {__name__}\n")


class Job:
    def __init__(self, n):
        self.n = n

    def run(self):
        return self.n**3


def work(jobs, results):
    for job in iter(jobs.get, None):
        results.put((job.n, job.run()))
    results.put(None)


def shared(counter, lock):
    for _ in range(100):
        with lock:
            counter.value += 1


if __name__ == "__main__":
    context = mp.get_context("spawn")
    jobs, results = context.Queue(), context.Queue()
    process = context.Process(target=work, args=(jobs, results))
    process.start()
    for n in range(5):
        jobs.put(Job(n))
    jobs.put(None)
    print(sorted(iter(results.get, None)))
    process.join()
    print("exit code", process.exitcode, "| alive", process.is_alive())

    counter, lock = context.Value("i", 0), context.Lock()
    processes = [context.Process(target=shared, args=(counter, lock)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print("counter", counter.value)
