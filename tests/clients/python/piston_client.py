"""PyPI's aiopyston: `piston_client.py URL`."""

import asyncio
import sys

from pyston import File, PystonClient
from pyston.exceptions import ExecutionError


async def run(client, code, **more):
    return (await client.execute("python", [File(code)], **more)).raw_json["run"]


async def main():
    client = PystonClient(base_url=f"{sys.argv[1]}/api/v2/piston/")
    assert "python" in await client.languages()
    answer = await client.execute("py", [File("print(input())")], stdin="typed")
    assert str(answer) == "typed\n" and answer.run_stage.code == 0, answer.raw_json
    assert answer.langauge == "python" and answer.raw_json["run"]["status"] is None, answer.raw_json

    arguments = await run(client, "import sys\nprint(sys.argv[1:])", args=["1", "2"])
    assert arguments["stdout"] == "['1', '2']\n", arguments
    failed = await run(client, "import sys\nprint('a', flush=True)\nsys.exit(2)")
    assert (failed["code"], failed["output"], failed["status"], failed["signal"]) == (2, "a\n", "RE", None), failed
    late = await run(client, "while True: pass", run_timeout=500)
    assert (late["status"], late["signal"], late["code"]) == ("TO", "SIGKILL", None), late
    files = [File("import helper; print(helper.answer)"), File("answer = 42", "helper.py")]
    assert str(await client.execute("python", files)) == "42\n"

    for language, version in [("python", "2.7"), ("cobol", "1.0.0")]:
        try:
            await client.execute(language, [File("")], version=version)
        except ExecutionError as refused:
            assert str(refused) == f"{language}-{version} runtime is unknown", refused
        else:
            raise AssertionError(f"{language} {version} was run")
    await client.close_session()
    print("ok")


asyncio.run(main())
