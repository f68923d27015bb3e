import asyncio
import sys

CHILD = "import sys; [print(line.strip()[::-1], flush=True) for line in sys.stdin]; print('bye', file=sys.stderr); sys.exit(4)"


async def main():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    for word in ("hello", "world"):
        process.stdin.write(f"{word}\n".encode())
        await process.stdin.drain()
        print((await process.stdout.readline()).decode().strip())
    process.stdin.close()
    out, err = await process.communicate()
    print(out, err.strip(), process.returncode)

    shell = await asyncio.create_subprocess_shell("exit 7")
    print("shell", await shell.wait())


asyncio.run(main())
