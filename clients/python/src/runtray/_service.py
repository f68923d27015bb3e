"""Where the service is, and how it proves that it is this user's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import sys
from pathlib import Path
from typing import Optional
from urllib.parse import urlsplit

DEFAULT = "http://localhost:5000"

# Separates these signatures from others under the same key, as the service does.
PURPOSE = b"runtray prove 1\0"


def address() -> str:
    """The address of the running service, else the usual one."""
    return _text("address") or DEFAULT


def known_tokens(given: Optional[str]) -> Optional[list[str]]:
    """The tokens of which the service that was found must know one; ``None`` where this user has none and never ran one."""
    tokens = [token for token in (given, _text("token")) if token]
    return tokens or (None if _text("address") is None else [])


def is_proof(proof: object, nonce: str, port: int, token: str) -> bool:
    """Whether ``proof`` answers ``nonce`` as only a service on ``port`` that knows ``token`` can."""
    signature = hmac.new(token.encode(), PURPOSE + port.to_bytes(2, "big") + nonce.encode(), hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return isinstance(proof, str) and hmac.compare_digest(proof.encode(), expected.encode())


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


def _text(name: str) -> Optional[str]:
    """The text of a file in the folder; ``None`` if it has none."""
    try:
        return (folder() / name).read_text(encoding="utf-8").strip() or None
    except (OSError, ValueError):
        return None
