"""Downloads that give up in bounded time."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT_SECONDS = 15.0


@contextmanager
def impatient_sockets() -> Iterator[None]:
    """In the block, a connection that stays silent for 15 seconds is an error."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
