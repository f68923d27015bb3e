import asyncio
import signal
import sys


async def fail():
    raise ValueError("nobody looks")


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, print, "signalled")
    signal.raise_signal(signal.SIGUSR1)
    await asyncio.sleep(0.01)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(input()[::-1])", stdin=-1, stdout=-1)
    print(await process.communicate(b"desrever"), process.returncode, loop.get_debug(), asyncio.current_task().get_name())
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(await reader.read())
    results = await asyncio.gather(fail(), asyncio.sleep(0, 1), return_exceptions=True)
    print(results)
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())


asyncio.run(main())
