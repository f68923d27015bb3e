"""One request to the service."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any, Optional
from urllib.parse import urlsplit

from ._types import Event, Printed, Result, RuntrayError, Started


class Call:
    """One request on a connection of its own. Closing it cancels the run."""

    def __init__(self, url: str, token: Optional[str]) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "localhost", parts.port or 80)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url

    def close(self) -> None:
        """Closes the connection, also under a thread that reads from it."""
        sock = self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._connection.close()

    def get(self, path: str) -> Any:
        """The JSON of a route."""
        return json.load(self._sent("GET", path, None, {}))

    def run(self, request: dict[str, Any]) -> Result:
        """The result of a program."""
        answer = json.load(self._sent("POST", "/execute", request, {}))
        if "id" not in answer:
            # A response that began before the service failed.
            raise RuntrayError(answer.get("error", "the service failed"), answer.get("code", "internal"))
        return Result.of(answer)

    def stream(self, request: dict[str, Any]) -> Iterator[Event]:
        """What a program does, as it does it."""
        response = self._sent("POST", "/execute", request, {"Accept": "text/event-stream"})
        printed: dict[str, list[str]] = {"stdout": [], "stderr": []}
        for name, data in events(response):
            if name == "started":
                yield Started(data["id"], data["language"], data["runtime"])
            elif name in printed:
                printed[name].append(data["data"])
                yield Printed(name, data["data"])
            elif name == "finished":
                yield Result.of({**data, "output": "".join(printed["stdout"]), "error": "".join(printed["stderr"])})
                return
            else:
                raise RuntrayError(data["error"], data["code"])
        raise RuntrayError("the service went away while the program ran", "unreachable")

    def _sent(self, method: str, path: str, request: Any, headers: dict[str, str]) -> http.client.HTTPResponse:
        body = None if request is None else json.dumps(request).encode()
        declared = {} if body is None else {"Content-Type": "application/json"}
        try:
            self._connection.request(method, path, body, {**self._headers, **declared, **headers})
            response = self._connection.getresponse()
        except OSError as error:
            raise RuntrayError(f"Runtray does not answer at {self._url}: {error}. Start it first.", "unreachable") from error
        if response.status != 200:
            refused = json.load(response)
            raise RuntrayError(refused["error"], refused["code"])
        return response


def events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    """The Server-Sent Events of a response: name and data."""
    name = ""
    for line in response:
        text = line.decode().rstrip("\n")
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))
