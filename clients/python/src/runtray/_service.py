"""Where the service is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT = "http://localhost:5000"


def address() -> str:
    """The address of the running service, else the usual one."""
    try:
        return (folder() / "address").read_text(encoding="utf-8").strip() or DEFAULT
    except OSError:
        return DEFAULT


def checked(url: str) -> str:
    """``url``, if it can be the address of a service."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a service; write it as {DEFAULT}")
    return url


def folder() -> Path:
    """The folder in which the service says its address."""
    home = os.environ.get("RUNTRAY_HOME")
    if home:
        return Path(home) / "data"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "")) / "runtray" / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "runtray"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "runtray"
