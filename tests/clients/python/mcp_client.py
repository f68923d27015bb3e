"""The official SDK as a client: `mcp_client.py stdio PROGRAM CALLS` or `mcp_client.py http URL CALLS`."""

import asyncio
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import get_default_environment, stdio_client
from mcp.client.streamable_http import streamable_http_client

KIND, TARGET, CALLS = sys.argv[1:]

PICTURE = """
import base64
picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
open("dot.png", "wb").write(base64.b64decode(picture))
print(open("given.txt").read())
"""


def transport():
    if KIND == "http":
        return streamable_http_client(TARGET)
    home = {"RUNTRAY_HOME": os.environ["RUNTRAY_HOME"], "RUNTRAY_CONTAINER": "1"}
    return stdio_client(StdioServerParameters(command=TARGET, args=["mcp"], env=get_default_environment() | home))


async def check(session):
    tools = (await session.list_tools()).tools
    assert [tool.name for tool in tools] == ["run_code", "list_languages"], tools

    seen = []

    async def progress(_, __, message):
        seen.append(message)

    code = "import time\nprint('one', flush=True)\ntime.sleep(0.3)\nprint('two')"
    slow = await session.call_tool("run_code", {"code": code}, progress_callback=progress)
    assert slow.content[0].text == "one\ntwo", slow
    assert "".join(seen) == "one\ntwo\n" and len(seen) > 1, seen

    files = [{"path": "given.txt", "content": "given"}]
    drawn = await session.call_tool("run_code", {"code": PICTURE, "files": files})
    assert [block.type for block in drawn.content] == ["text", "image"], drawn
    assert drawn.content[0].text.startswith("given\n") and drawn.content[1].mime_type == "image/png", drawn

    failed = await session.call_tool("run_code", {"code": "import sys; sys.exit(3)"})
    assert failed.is_error and failed.structured_content["exit_code"] == 3, failed

    late = await session.call_tool("run_code", {"code": "while True: pass", "timeout_ms": 500})
    assert late.is_error and late.structured_content["status"] == "timeout", late

    for call in range(int(CALLS)):
        answer = await session.call_tool("run_code", {"code": f"print({call})"})
        assert answer.content[0].text == str(call), answer


async def main():
    async with transport() as streams, ClientSession(*streams[:2]) as session:
        await session.initialize()
        await check(session)
    print("ok")


asyncio.run(main())
