from multiprocessing import Manager, Pool, cpu_count, shared_memory


def analyse(task):
    name, text, totals = task
    words = text.split()
    totals[name] = len(words)
    return name, max(words, key=len)


if __name__ == "__main__":
    texts = {"one": "a small text", "two": "another considerably longer text of words", "three": "short"}
    with Manager() as manager:
        totals = manager.dict()
        with Pool(min(2, cpu_count())) as pool:
            for name, longest in pool.imap(analyse, [(k, v, totals) for k, v in texts.items()]):
                print(f"{name}: {longest}")
        print(dict(sorted(totals.items())))
    memory = shared_memory.SharedMemory(create=True, size=16)
    try:
        memory.buf[:5] = b"hello"
        again = shared_memory.SharedMemory(memory.name)
        print(bytes(again.buf[:5]))
        again.close()
    finally:
        memory.close()
        memory.unlink()
