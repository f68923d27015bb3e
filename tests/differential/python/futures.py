import concurrent.futures
import multiprocessing
import threading


def square(n):
    if n == 3:
        raise ValueError("three")
    return n * n


if __name__ == "__main__":
    with concurrent.futures.ThreadPoolExecutor(2, thread_name_prefix="worker") as pool:
        print(list(pool.map(square, range(3))), pool.submit(lambda: threading.current_thread().name).result()[:-1])
    for method in "fork", "spawn":
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
            print(list(pool.map(square, range(3))))
            error = pool.submit(square, 3).exception()
            print(repr(error), str(error.__cause__))
