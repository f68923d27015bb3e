import asyncio


async def worker(n):
    await asyncio.sleep(0)
    return 10 / n


async def main():
    print("starting")
    print(await worker(0))


asyncio.run(main())
