import asyncio


async def fetch(name, delay):
    await asyncio.sleep(delay)
    if name == "broken":
        raise ConnectionError("could not reach broken")
    return f"{name} after {delay}s"


async def main():
    results = await asyncio.gather(fetch("slow", 0.1), fetch("fast", 0.01), fetch("broken", 0), return_exceptions=True)
    for result in results:
        print(repr(result))

    try:
        async with asyncio.timeout(0.05):
            await fetch("hanging", 30)
    except TimeoutError:
        print("timed out")

    task = asyncio.create_task(fetch("cancelled", 30))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled())

    async with asyncio.TaskGroup() as group:
        first = group.create_task(fetch("a", 0.02))
        second = group.create_task(fetch("b", 0.01))
    print(first.result(), "|", second.result())

    for done in asyncio.as_completed([fetch("later", 0.15), fetch("sooner", 0)]):
        print(await done)


asyncio.run(main())
