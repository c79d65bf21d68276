"""Downloads that are verified before they have their name, and given up in bounded time."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from queue import Empty, SimpleQueue
from typing import IO
from urllib.error import URLError
from urllib.request import Request, urlopen

from iadb_core.system.files import atomic

TIMEOUT_SECONDS = 15.0
SLOW_SECONDS, SLOWEST = 30.0, 1000  # given up if it has been slower than so many bytes a second for so long
MOST_BYTES = 2**32
BLOCK = 2**16
HEADERS = {"User-Agent": "iadb"}  # some servers refuse the one of urllib


class DownloadError(Exception):
    """What failed, for each address that was tried."""


@contextmanager
def impatient_sockets() -> Iterator[None]:
    """In the block, a connection that stays silent for 15 seconds is an error."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def fetch(urls: Sequence[str], path: str | os.PathLike[str], md5: str) -> None:
    """Download a file from the first address that gives it whole; it has its name only when its MD5 sum is right.

    A server that is silent, slow, or sends something else is given up, and the next one is tried. Raises DownloadError
    if none is left, InputError if the file cannot be written.
    """
    failures = []
    for url in urls:
        try:
            with atomic(path) as file:
                _copy(url, file, md5)
            return
        except DownloadError as error:
            failures.append(f"{url}: {error}")
    raise DownloadError("; ".join(failures))


def _copy(url: str, file: IO[bytes], md5: str) -> None:
    digest, total = hashlib.md5(usedforsecurity=False), 0
    with _opened(url) as answer:
        for block in _blocks(answer):
            total += len(block)
            if total > MOST_BYTES:
                raise DownloadError(f"more than {MOST_BYTES:,} bytes")
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != md5:
        raise DownloadError(f"its {total:,} bytes have another checksum than the file that was asked for")


def _opened(url: str) -> HTTPResponse:
    """The answer of a server, from a thread that is left to itself if the whole of the answer's head takes too long."""
    answers: SimpleQueue[HTTPResponse | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(urlopen(Request(url, headers=HEADERS), timeout=TIMEOUT_SECONDS))
        except (OSError, HTTPException, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=2 * TIMEOUT_SECONDS)
    except Empty:
        raise DownloadError("timed out") from None
    if isinstance(answer, Exception):
        raise DownloadError(_reason(answer)) from answer
    return answer


def _blocks(answer: HTTPResponse) -> Iterator[bytes]:
    """What the server sends, as it comes."""
    began, received = time.monotonic(), 0
    while True:
        try:
            block = answer.read1(BLOCK)
        except (OSError, HTTPException, ValueError) as error:
            raise DownloadError(_reason(error)) from error
        if not block:
            return
        yield block
        received += len(block)
        seconds = time.monotonic() - began
        if seconds >= SLOW_SECONDS:
            if received < SLOWEST * seconds:
                raise DownloadError(f"too slow, {received / seconds:,.0f} bytes a second")
            began, received = time.monotonic(), 0


def _reason(error: Exception) -> str:
    error = error.reason if type(error) is URLError and isinstance(error.reason, Exception) else error
    return " ".join(str(error).split()) or type(error).__name__
