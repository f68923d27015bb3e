import multiprocessing
import os
import sys

print("top", __name__, flush=True)


class Work:
    def __init__(self, n):
        self.n = n

    def __call__(self):
        return self.n * self.n


def run(work, queue):
    queue.put((work(), __name__, Work.__module__, sys.argv, os.path.basename(__file__), sys.path[0] == os.path.dirname(__file__)))


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=run, args=(Work(7), queue), name="worker")
    process.start()
    print(queue.get())
    process.join()
    print(process.exitcode, process.name, multiprocessing.current_process().name, multiprocessing.active_children())
    with context.Pool(1) as pool:
        print(pool.map(Work.__call__, [Work(n) for n in range(5)]))
    print(multiprocessing.parent_process(), multiprocessing.get_all_start_methods(), multiprocessing.get_start_method())
