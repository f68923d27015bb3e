"""The package against a real service, whose address is in the environment variable ``RUNTRAY_TEST_URL``."""

import asyncio
import inspect
import os
import socket
import threading
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


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EVENTS = HEAD + b'Content-Length: 999\r\n\r\nevent: started\ndata: {"id": "1", "language": "l", "runtime": "r"}\n\nevent: std'


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n[]",
        HEAD + b"Content-Length: 2\r\n\r\n[]",
        HEAD + b"Content-Length: 100\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        EVENTS,
    ],
)
def test_what_is_not_an_answer_of_the_service_is_an_error(answer):
    with Server(answer) as url:
        for ask in (lambda: Runtray(url).run(""), lambda: list(Runtray(url).stream("")), lambda: asyncio.run(AsyncRuntray(url).run(""))):
            with pytest.raises(RuntrayError) as broken:
                ask()
            assert broken.value.code == "unreachable"


def test_the_service_that_is_found_proves_itself():
    assert Runtray().url == URL
    assert Runtray().run("print(6 * 7)").output == "42\n"
    assert [event.text for event in Runtray().stream("print(1)") if isinstance(event, Printed)] == ["1\n"]
    assert asyncio.run(AsyncRuntray().run("print(2)")).output == "2\n"
    assert any(row["language"] == "python" for row in Runtray().languages())


FORGED = b'{"proof":"' + b"A" * 43 + b'"}'


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", HEAD + b"Content-Length: 55\r\n\r\n" + FORGED, HEAD + b"\r\n[]"],
)
@pytest.mark.parametrize("token", ["only for my service", None])
def test_a_stranger_at_the_old_address_gets_neither_token_nor_program(answer, token, monkeypatch, tmp_path):
    server = Server(answer)
    with server as url:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "address").write_text(url.replace("127.0.0.1", "localhost") + "\n")
        if token:
            (tmp_path / "data" / "token").write_text(token + "\n")
            monkeypatch.setenv("RUNTRAY_TOKEN", "also only for it")
        monkeypatch.setenv("RUNTRAY_HOME", str(tmp_path))
        for ask in (
            lambda: Runtray().run("my program"),
            lambda: list(Runtray().stream("my program")),
            lambda: asyncio.run(AsyncRuntray().run("my program")),
            lambda: Runtray().languages(),
        ):
            with pytest.raises(RuntrayError, match="did not prove") as refused:
                ask()
            assert refused.value.code == "unreachable"
    assert b"/prove?nonce=" in server.heard
    for secret in (b"only for", b"Authorization", b"my program"):
        assert secret not in server.heard


def test_nobody_at_the_old_address_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "address").write_text("http://localhost:9\n")
    (tmp_path / "data" / "token").write_text("secret\n")
    monkeypatch.setenv("RUNTRAY_HOME", str(tmp_path))
    with pytest.raises(RuntrayError, match="Start it first") as nobody:
        Runtray().run("")
    assert nobody.value.code == "unreachable"


def test_a_proxy_s_path_is_part_of_the_address(client):
    with pytest.raises(RuntrayError) as refused:
        Runtray(URL + "/api/flask/").run("")
    assert (refused.value.code, "/api/flask/execute" in str(refused.value)) == ("not_found", True)


@pytest.mark.parametrize("url", ["localhost:5000", "ftp://localhost", "http://", "5000"])
def test_what_is_no_address_is_refused_at_once(url):
    with pytest.raises(ValueError, match="http://localhost:5000"):
        Runtray(url)


def test_arguments_are_a_list(client):
    with pytest.raises(TypeError, match="not one text"):
        client.run("", args="one")


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


class Server:
    """Gives the same bytes to whoever asks."""

    def __init__(self, answer):
        self._answer = answer
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.heard += connection.recv(1 << 16)
                connection.sendall(self._answer)


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
