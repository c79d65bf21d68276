"""Files that one process at a time can hold; the system lets go of them when the process ends, however it ends."""

import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


class HeldElsewhereError(Exception):
    """Another process holds the file."""


def _lock(file: IO[bytes], wait: bool) -> bool:
    """Lock an open file; whether the file system can. Raises HeldElsewhereError if another has it and not `wait`."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        raise HeldElsewhereError from error
    except OSError as error:
        if error.errno in UNSUPPORTED:
            return False
        raise
    return True


def _is_still(file: IO[bytes], path: Path) -> bool:
    """Whether the open file is the one of that path: who held it before may have removed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _acquire(path: Path, wait: bool) -> IO[bytes]:
    while True:
        file = open(path, "ab", buffering=0)  # noqa: SIM115 - it is held until it is closed
        try:
            _lock(file, wait)
            if _is_still(file, path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


@contextmanager
def held(path: Path) -> Iterator[IO[bytes]]:
    """Create a file and hold it. Raises OSError if it cannot be created; where locks cannot be had, it only exists."""
    with _acquire(path, wait=True) as file:
        yield file


def remove_unless_held(path: Path) -> None:
    """Remove a file if the process that held it has ended. It stays where that cannot be known."""
    try:
        with open(path, "r+b") as file:
            if _lock(file, wait=False) and _is_still(file, path):
                path.unlink()
    except (OSError, HeldElsewhereError):
        return


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace") or "another process"
    except OSError:
        return "another process"


def _this_process() -> str:
    """For whoever waits: what to look at."""
    job = os.environ.get("SLURM_JOB_ID")
    return f"process {os.getpid()} on {socket.gethostname()}" + (f", job {job} of Slurm" if job else "")


@contextmanager
def alone(path: Path, waiting: Callable[[str], object]) -> Iterator[None]:
    """Be the only process that is in such a block for this path, a file that is there as long as one is.

    While another process is, `waiting` is told which, and then it waits. Raises OSError if the file cannot be created.
    """
    try:
        file = _acquire(path, wait=False)
    except HeldElsewhereError:
        waiting(_holder(path))
        file = _acquire(path, wait=True)
    with file:
        try:
            with suppress(OSError):  # a full disk
                file.truncate(0)
                file.write(_this_process().encode())
            yield
        finally:
            path.unlink(missing_ok=True)
