"""What is sent and what comes back."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Optional, Union


class RuntrayError(Exception):
    """A program was not run. ``code`` is the service's, such as ``unsupported_language``; ``unreachable`` without a service."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class File:
    """A file that a program made. ``content`` is ``None`` where it was too large to be sent."""

    path: str
    size_bytes: int
    media_type: str
    content: Optional[bytes]

    @classmethod
    def of(cls, row: dict[str, Any]) -> File:
        content = row.get("content")
        decoded = None if content is None else base64.b64decode(content)
        return cls(row["path"], row["size_bytes"], row["media_type"], decoded)


@dataclass(frozen=True)
class Result:
    """How a program ended, and what it printed. ``raw`` is the whole answer."""

    success: bool
    output: str
    error: str
    status: str
    exit_code: Optional[int]
    duration_ms: float
    files: list[File]
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Result:
        files = [File.of(row) for row in answer["files"]]
        named = {name: answer[name] for name in ("success", "output", "error", "status", "exit_code", "duration_ms")}
        return cls(**named, files=files, raw=answer)

    def __str__(self) -> str:
        """What a person or a model reads: the output, then the error, then how it ended if not well."""
        parts = [self.output.rstrip(), self.error.rstrip(), "" if self.success else f"[{self.status}]"]
        return "\n".join(part for part in parts if part) or "[no output]"


@dataclass(frozen=True)
class Started:
    """A program was started. ``id`` names the execution in Runtray's log."""

    id: str
    language: str
    runtime: str


@dataclass(frozen=True)
class Printed:
    """A program printed ``text``. ``stream`` is ``stdout`` or ``stderr``."""

    stream: str
    text: str


Event = Union[Started, Printed, Result]


def body(code: str, language: str, stdin: str, args: Any, env: Any, files: Any, timeout: Optional[float]) -> dict[str, Any]:
    """The body of ``POST /execute``."""
    if isinstance(args, str):
        raise TypeError("args are a list of texts, not one text")
    request: dict[str, Any] = {"code": code, "language": language, "stdin": stdin, "args": list(args or ())}
    request["env"] = dict(env or {})
    request["files"] = [carried(path, content) for path, content in (files or {}).items()]
    if timeout is not None:
        request["timeout_ms"] = max(1, round(timeout * 1000))
    return request


def carried(path: str, content: Union[str, bytes]) -> dict[str, str]:
    """A file as the service takes it."""
    if isinstance(content, str):
        return {"path": path, "content": content}
    return {"path": path, "content": base64.b64encode(content).decode(), "encoding": "base64"}
