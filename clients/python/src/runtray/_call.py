"""One request to the service."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
from collections.abc import Iterator
from typing import Any, Optional
from urllib.parse import urlsplit

from ._service import is_proof
from ._types import Event, Printed, Result, RuntrayError, Started

# What reading from a connection raises when it breaks, or when what comes is neither HTTP nor JSON.
BROKEN = (OSError, ValueError, http.client.HTTPException)

# How long the other side may send nothing before it has proven what it is, in seconds, and the most bytes of its proof.
PATIENCE = 5.0
MOST_BYTES = 4096


class Call:
    """One request on a connection of its own. Closing it cancels the run. With ``known``, the other side must first prove that it
    knows one of these tokens."""

    def __init__(self, url: str, token: Optional[str], known: Optional[list[str]] = None) -> None:
        parts = urlsplit(url)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = connect(parts.hostname or "", parts.port)
        self._known = known
        self._is_closed = False
        self._base = parts.path
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url

    def close(self) -> None:
        """Closes the connection, also under a thread that reads from it."""
        self._is_closed = True
        sock = self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._connection.close()

    def get(self, path: str) -> Any:
        """The JSON of a route."""
        return decoded(self._sent("GET", path, None, {}))

    def run(self, request: dict[str, Any]) -> Result:
        """The result of a program."""
        answer = decoded(self._sent("POST", "/execute", request, {}))
        if not isinstance(answer, dict):
            raise self._stranger(200)
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
        raise went_away()

    def _sent(self, method: str, path: str, request: Any, headers: dict[str, str]) -> http.client.HTTPResponse:
        body = None if request is None else json.dumps(request).encode()
        declared = {} if body is None else {"Content-Type": "application/json"}
        self._prove()
        try:
            self._connection.request(method, self._base + path, body, {**self._headers, **declared, **headers})
            response = self._connection.getresponse()
        except BROKEN as error:
            raise self._silent(error) from error
        if response.status != 200:
            raise self._refusal(response)
        return response

    def _prove(self) -> None:
        """Makes sure that the service of this user answers, before it gets a token or a program: its address may be an old one, and
        another program may use the port by now."""
        if self._known is None:
            return
        host, port = self._connection.host, self._connection.port
        # Another program may have the one address of this machine that the service has not.
        failure: Optional[Exception] = None
        has_answered = False
        for one in ("127.0.0.1", "::1") if host == "localhost" else (host,):
            if self._is_closed:
                raise went_away()
            self._connection = http.client.HTTPConnection(one, port, timeout=PATIENCE)
            try:
                self._connection.connect()
            except OSError as error:
                failure = error
                continue
            has_answered = True
            if self._has_proven(self._known):
                return
            self._connection.close()
        if has_answered or failure is None:
            wrong = f"what answers at {self._url} did not prove to be your Runtray: start it, or name its address"
            raise RuntrayError(wrong, "unreachable")
        raise self._silent(failure) from failure

    def _has_proven(self, known: list[str]) -> bool:
        """Whether the other side knows one of the tokens. Then only this very connection is used."""
        nonce = secrets.token_urlsafe(32)
        try:
            self._connection.request("GET", f"{self._base}/prove?nonce={nonce}")
            answer = json.loads(self._connection.getresponse().read(MOST_BYTES))
        except BROKEN:
            return False
        proof = answer.get("proof") if isinstance(answer, dict) else None
        self._connection.auto_open = 0
        if self._connection.sock is None or not any(is_proof(proof, nonce, self._connection.port, token) for token in known):
            return False
        self._connection.sock.settimeout(None)
        return True

    def _silent(self, error: Exception) -> RuntrayError:
        return RuntrayError(f"Runtray does not answer at {self._url}: {error}. Start it first.", "unreachable")

    def _refusal(self, response: http.client.HTTPResponse) -> RuntrayError:
        refused = decoded(response)
        if isinstance(refused, dict) and "error" in refused and "code" in refused:
            return RuntrayError(refused["error"], refused["code"])
        return self._stranger(response.status)

    def _stranger(self, status: int) -> RuntrayError:
        return RuntrayError(f"what answers {status} at {self._url} is not Runtray: check the address", "unreachable")


def decoded(response: http.client.HTTPResponse) -> Any:
    """The JSON of a response; ``None`` for a refusal that has none."""
    try:
        return json.load(response)
    except BROKEN as error:
        if response.status != 200:
            return None
        raise went_away() from error


def events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    """The Server-Sent Events of a response: name and data."""
    name = ""
    while text := line(response):
        if text.startswith("event: "):
            name = text[len("event: ") :].rstrip("\n")
        elif text.startswith("data: "):
            try:
                data = json.loads(text[len("data: ") :])
            except ValueError as error:
                raise went_away() from error
            yield name, data


def line(response: http.client.HTTPResponse) -> str:
    """The next line of a response; empty at its end."""
    try:
        return response.readline().decode()
    except BROKEN as error:
        raise went_away() from error


def went_away() -> RuntrayError:
    """The error of a run whose end is not known."""
    return RuntrayError("the service went away before it had answered; it cancels such runs", "unreachable")
