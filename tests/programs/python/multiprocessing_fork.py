import multiprocessing as mp
import os

loaded = {"state": "set before the fork"}


def child(connection):
    connection.send((loaded["state"], os.getppid()))
    reply = connection.recv()
    connection.send(reply[::-1])
    connection.close()


def square(n):
    return n * n


if __name__ == "__main__":
    context = mp.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=child, args=(there,))
    process.start()
    state, parent = here.recv()
    print(state, parent == os.getpid())
    here.send([1, 2, 3])
    print(here.recv())
    process.join()
    with context.Pool(3) as pool:
        print(pool.map(square, range(10)))
        print(pool.apply_async(square, (12,)).get(timeout=5))
        print(sorted(pool.imap_unordered(square, [3, 1, 2])))
    crash = context.Process(target=os._exit, args=(9,))
    crash.start()
    crash.join()
    print("exit code", crash.exitcode)
