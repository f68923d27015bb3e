"""asyncio without threads and sockets: nobody else can wake its loop, so that the loop needs no pipe to itself."""

import selectors
from asyncio import selector_events

from _runtray.waits import pause


class Selector(selectors.SelectSelector):
    """`select` that sleeps when there is nothing to wait for."""

    def select(self, timeout=None):
        if self.get_map():
            return super().select(timeout)
        if timeout is None:
            raise RuntimeError("the event loop waits for nothing that could happen: it would wait forever")
        if timeout > 0:
            pause(timeout)
        return []


def nothing(*_):
    pass


def install():
    loop = selector_events.BaseSelectorEventLoop
    loop._make_self_pipe = loop._close_self_pipe = loop._write_to_self = nothing
    selectors.DefaultSelector = Selector
