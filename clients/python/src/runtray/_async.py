"""The client for programs with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Optional, TypeVar

from ._call import Call
from ._client import Files, Runtray
from ._types import Event, Result, RuntrayError, body

T = TypeVar("T")


class AsyncRuntray:
    """As ``Runtray``, with coroutines. A cancelled one cancels its run. Each waits in a thread."""

    def __init__(self, url: Optional[str] = None, token: Optional[str] = None) -> None:
        self._client = Runtray(url, token)

    async def run(
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
        call = self._client._call()
        try:
            return await _in_thread(call, call.run, body(code, language, stdin, args, env, files, timeout))
        finally:
            call.close()

    async def stream(
        self,
        code: str,
        language: str = "python",
        *,
        stdin: str = "",
        args: Sequence[str] = (),
        env: Optional[Mapping[str, str]] = None,
        files: Optional[Files] = None,
        timeout: Optional[float] = None,
    ) -> AsyncIterator[Event]:
        """Runs a program and yields what it does. Closing the iterator cancels the run."""
        call = self._client._call()
        events = call.stream(body(code, language, stdin, args, env, files, timeout))
        try:
            while (event := await _in_thread(call, _next, events)) is not None:
                yield event
        finally:
            call.close()

    async def languages(self) -> list[dict[str, Any]]:
        """The languages, with what runs them here."""
        call = self._client._call()
        try:
            languages: list[dict[str, Any]] = await _in_thread(call, call.get, "/languages")
            return languages
        finally:
            call.close()

    def as_tool(self) -> Callable[[str, str], Awaitable[str]]:
        """A coroutine function for frameworks that make a tool of its name, description and types."""

        async def run_code(code: str, language: str = "python") -> str:
            try:
                return str(await self.run(code, language))
            except RuntrayError as refused:
                return f"The program was not run: {refused}"

        run_code.__doc__ = self._client.as_tool().__doc__
        return run_code


def _next(events: Iterator[Event]) -> Optional[Event]:
    return next(events, None)


async def _in_thread(call: Call, work: Callable[..., T], *arguments: Any) -> T:
    """Carries ``work`` out in a thread; its connection is closed if we are cancelled."""
    try:
        return await asyncio.to_thread(work, *arguments)
    except asyncio.CancelledError:
        call.close()
        raise
