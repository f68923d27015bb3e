"""The client for programs without an event loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Optional, Union

from ._call import Call
from ._service import address, checked, known_tokens
from ._types import Event, Result, RuntrayError, body

Files = Mapping[str, Union[str, bytes]]


class Runtray:
    """A client of the service at ``url``: of the running one when left out, which must prove that it is this user's before it gets
    anything. A service that asks for its token gets ``token``, or what the environment variable ``RUNTRAY_TOKEN`` holds."""

    def __init__(self, url: Optional[str] = None, token: Optional[str] = None) -> None:
        self.url = checked((url or address()).rstrip("/"))
        self._token = token or os.environ.get("RUNTRAY_TOKEN")
        self._is_found = not url

    def run(
        self,
        code: str,
        language: str = "python",
        *,
        stdin: str = "",
        args: Sequence[str] = (),
        env: Optional[Mapping[str, str]] = None,
        files: Optional[Files] = None,
        timeout: Optional[float] = None,
    ) -> Result:
        """Runs a program; ``timeout`` is in seconds. Raises ``RuntrayError`` if it was not run."""
        call = self._call()
        try:
            return call.run(body(code, language, stdin, args, env, files, timeout))
        finally:
            call.close()

    def stream(
        self,
        code: str,
        language: str = "python",
        *,
        stdin: str = "",
        args: Sequence[str] = (),
        env: Optional[Mapping[str, str]] = None,
        files: Optional[Files] = None,
        timeout: Optional[float] = None,
    ) -> Iterator[Event]:
        """Runs a program and yields what it does: ``Started``, ``Printed`` and at the end its ``Result``. Leaving the loop
        cancels the run."""
        call = self._call()
        try:
            yield from call.stream(body(code, language, stdin, args, env, files, timeout))
        finally:
            call.close()

    def languages(self) -> list[dict[str, Any]]:
        """The languages, with what runs them here."""
        call = self._call()
        try:
            languages: list[dict[str, Any]] = call.get("/languages")
            return languages
        finally:
            call.close()

    def as_tool(self) -> Callable[[str, str], str]:
        """A function for frameworks that make a tool of its name, description and types."""

        def run_code(code: str, language: str = "python") -> str:
            """Runs a program on the user's computer and returns what it printed.

            Each call is a new process in an empty folder: no variable, import or file of an earlier call is there, so send the
            whole program, and print what you want to see.

            Args:
                code: The whole program.
                language: Its language, such as python or javascript.
            """
            try:
                return str(self.run(code, language))
            except RuntrayError as refused:
                return f"The program was not run: {refused}"

        return run_code

    def _call(self) -> Call:
        return Call(self.url, self._token, known_tokens(self._token) if self._is_found else None)
