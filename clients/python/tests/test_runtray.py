"""The package against a real service, whose address is in the environment variable ``RUNTRAY_TEST_URL``."""

import asyncio
import inspect
import os
import time

import pytest

from runtray import AsyncRuntray, Printed, Result, Runtray, RuntrayError, Started

URL = os.environ["RUNTRAY_TEST_URL"]


@pytest.fixture
def client():
    return Runtray(URL)


def test_a_program_is_run(client):
    code = "import sys, os\nprint(input(), sys.argv[1], os.environ['A'], open('f/g').read())\nopen('made', 'w').write('x')"
    result = client.run(code, stdin="in", args=["arg"], env={"A": "env"}, files={"f/g": b"file"})
    assert (result.success, result.output, result.status) == (True, "in arg env file\n", "completed")
    made = [(file.path, file.content) for file in result.files if file.path == "made"]
    assert made == [("made", b"x")]


def test_a_program_that_fails_is_a_result(client):
    result = client.run("print('a')\n1/0")
    assert (result.success, result.exit_code) == (False, 1)
    assert "ZeroDivisionError" in str(result) and str(result).endswith("[failed]")
    assert client.run("while True: pass", timeout=0.3).status == "timeout"


def test_what_is_not_run_is_an_error(client):
    with pytest.raises(RuntrayError, match="`cobol` is not known") as refused:
        client.run("", "cobol")
    assert refused.value.code == "unsupported_language"
    with pytest.raises(RuntrayError) as nobody:
        Runtray("http://localhost:9").run("")
    assert nobody.value.code == "unreachable"


def test_events_come_as_they_happen(client):
    seen = list(client.stream("import time\nprint(1, flush=True)\ntime.sleep(0.3)\nprint(2)"))
    assert isinstance(seen[0], Started) and isinstance(seen[-1], Result)
    assert [event.text for event in seen if isinstance(event, Printed)] == ["1\n", "2\n"]
    assert seen[-1].output == "1\n2\n"


def test_leaving_a_stream_cancels_the_run(client):
    stream = client.stream("import time\nprint('on', flush=True)\ntime.sleep(60)", timeout=60)
    started = next(stream)
    assert next(stream) == Printed("stdout", "on\n")
    stream.close()
    assert ended(client, started.id) == "cancelled"


def test_a_cancelled_coroutine_cancels_its_run(client):
    async def main():
        stream = AsyncRuntray(URL).stream("import time\nprint('on', flush=True)\ntime.sleep(60)", timeout=60)
        started = await anext(stream)
        assert await anext(stream) == Printed("stdout", "on\n")
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return started.id

    assert ended(client, asyncio.run(main())) == "cancelled"


def test_coroutines_run_side_by_side():
    async def main():
        client = AsyncRuntray(URL)
        results = await asyncio.gather(*(client.run(f"print({number})") for number in range(4)))
        assert [result.output for result in results] == ["0\n", "1\n", "2\n", "3\n"]
        assert any(row["language"] == "python" for row in await client.languages())

    asyncio.run(main())


@pytest.mark.parametrize("tool", [Runtray(URL).as_tool(), AsyncRuntray(URL).as_tool()])
def test_a_tool_answers_in_words(tool):
    def call(*arguments):
        answer = tool(*arguments)
        return asyncio.run(answer) if inspect.iscoroutine(answer) else answer

    assert tool.__name__ == "run_code" and "whole program" in tool.__doc__
    assert call("print(6 * 7)") == "42"
    assert call("pass") == "[no output]"
    assert "is not known" in call("", "cobol")


def ended(client, execution):
    """How an execution ended, once it has."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        call = client._call()
        row = call.get(f"/executions/{execution}")
        call.close()
        if row["status"] != "running":
            return row["status"]
    return "running"
