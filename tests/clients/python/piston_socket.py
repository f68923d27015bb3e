"""Piston's WebSocket, as its protocol has it: `piston_socket.py URL`."""

import asyncio
import json
import sys

import websockets

URL = sys.argv[1].replace("http", "ws", 1) + "/api/v2/connect"
GREETER = "name = input('name? ')\nprint('hello', name)"


async def messages(socket):
    """Every message until the socket is closed, and the code that it was closed with."""
    seen = []
    try:
        async for text in socket:
            seen.append(json.loads(text))
    except websockets.ConnectionClosed:
        pass
    return seen, socket.close_code


def init(code):
    return {"type": "init", "language": "python", "version": "*", "files": [{"content": code}]}


async def check(sent, code, last=None):
    async with websockets.connect(URL) as socket:
        for message in sent:
            await socket.send(json.dumps(message))
        seen, closed = await messages(socket)
        assert closed == code, (sent, seen, closed)
        assert last is None or seen[-1] == last, (sent, seen)
        return seen


def typed(text):
    return {"type": "data", "stream": "stdin", "data": text}


async def main():
    done = {"type": "exit", "stage": "run", "code": 0, "signal": None}
    seen = await check([init(GREETER), typed("Ada\n")], 4999, done)
    assert [message["type"] for message in seen[:2]] == ["runtime", "stage"], seen
    output = "".join(message["data"] for message in seen if message["type"] == "data")
    assert output == "name? hello Ada\n", seen
    lines = "import sys\nfor line in sys.stdin: print(line, end='')"
    await check([init(lines), typed("x\n"), {"type": "eof"}], 4999, done)
    killed = {"type": "exit", "stage": "run", "code": None, "signal": "SIGKILL"}
    endless = init("while True: pass")
    await check([endless, {"type": "signal", "signal": "SIGKILL"}], 4999, killed)
    await check([endless, endless], 4000)
    await check([], 4001)
    await check([{"type": "init", "language": "cobol", "version": "*", "files": []}], 4002)
    await check([typed("too early")], 4003)
    await check([endless, {"type": "data", "stream": "stdout", "data": ""}], 4004)
    await check([endless, {"type": "signal", "signal": "SIGNONE"}], 4005)
    print("ok")


asyncio.run(main())
