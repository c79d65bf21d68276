"""Signals that ask a process to end, held back until its work is put away."""

import signal
from types import FrameType

HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruptions:
    """A context in which SIGINT, SIGTERM and SIGHUP wait for `act`; a second one acts at once. For the main thread.

    But not a second SIGHUP: the terminal that closes sends one, and its shell another. again: nor any other, where both
    a batch system and torchrun send it.

    `received` is the signal that waits, or None.
    """

    def __init__(self, again: bool = False) -> None:
        self.again = again
        self.received: int | None = None

    def __enter__(self) -> "Interruptions":
        heeded = [number for number in HELD if signal.getsignal(number) is not signal.SIG_IGN]
        self.handlers = {number: signal.signal(number, self._hold) for number in heeded}
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._restore()
        if failure is None:
            self.act()

    def _hold(self, number: int, frame: FrameType | None) -> None:
        second, self.received = self.received is not None, number
        if second and number != signal.SIGHUP and not self.again:
            self.act()

    def _restore(self) -> None:
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def act(self) -> None:
        """Let the signal that was received do what it would have done, if there was one."""
        if self.received:
            self._restore()
            number, self.received = self.received, None
            signal.raise_signal(number)
