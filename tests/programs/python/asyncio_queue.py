import asyncio


async def producer(queue, count):
    for n in range(count):
        await queue.put(n)
        print("put", n)
    await queue.put(None)


async def consumer(queue, results):
    while (item := await queue.get()) is not None:
        results.append(item * item)
        queue.task_done()


async def countdown(n):
    while n:
        yield n
        n -= 1
        await asyncio.sleep(0)


class Connection:
    async def __aenter__(self):
        print("connect")
        return self

    async def __aexit__(self, *exception):
        print("disconnect")


async def limited(semaphore, running, n):
    async with semaphore:
        running.add(n)
        peak = len(running)
        await asyncio.sleep(0.005)
        running.discard(n)
        return peak


async def main():
    queue, results = asyncio.Queue(maxsize=2), []
    await asyncio.gather(producer(queue, 5), consumer(queue, results))
    print(results)
    async with Connection():
        print([n async for n in countdown(3)])
    semaphore, running = asyncio.Semaphore(3), set()
    print("peak", max(await asyncio.gather(*(limited(semaphore, running, n) for n in range(10)))))
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    print("event", await event.wait())
    print(await asyncio.to_thread(sum, range(1000)))


if __name__ == "__main__":
    asyncio.run(main())
