"""Open WebUI's own executor, from its wheel: `open_webui_client.py FOLDER URL TOKEN`.

The module is unchanged. Of the rest of Open WebUI it imports two switches, which stand in here.
"""

import asyncio
import sys
import types

FOLDER, URL, TOKEN = sys.argv[1:]
sys.path.insert(0, FOLDER)
environment = types.ModuleType("open_webui.env")
environment.AIOHTTP_CLIENT_ALLOW_REDIRECTS = True
environment.ENABLE_ORJSON = False
sys.modules["open_webui.env"] = environment

from open_webui.utils.code_interpreter import execute_code_jupyter  # noqa: E402

PICTURE = """
import base64
picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
open("dot.png", "wb").write(base64.b64decode(picture))
"""


async def run(code, token=TOKEN, timeout=30):
    return await execute_code_jupyter(URL, code, token, timeout=timeout)


async def main():
    assert (await run("print('hi')"))["stdout"] == "hi"
    failed = await run("print('a')\n1/0")
    assert failed["stdout"] == "a", failed
    assert failed["stderr"].count("ZeroDivisionError") == 1 and "Traceback" in failed["stderr"], failed
    assert (await run(PICTURE))["result"].startswith("data:image/png;base64,iVBOR")
    long = await run("print('x' * 2_000_000)")
    assert long["stdout"] == "x" * 2_000_000, (len(long["stdout"]), long["stderr"])
    late = await run("import time\nprint('on', flush=True)\ntime.sleep(60)", timeout=1)
    assert late["stdout"] == "on" and late["stderr"] == "Execution timed out.", late
    refused = await run("print('hi')", token="wrong")
    assert "401" in refused["stderr"] and not refused["stdout"], refused
    print("ok")


asyncio.run(main())
