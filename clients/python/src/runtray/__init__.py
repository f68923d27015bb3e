"""Runs code on the user's computer through Runtray."""

from ._async import AsyncRuntray
from ._client import Runtray
from ._types import File, Printed, Result, RuntrayError, Started

__all__ = ["AsyncRuntray", "File", "Printed", "Result", "Runtray", "RuntrayError", "Started"]
