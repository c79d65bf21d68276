"""Files that one process at a time can hold; the system lets go of them when the process ends, however it ends."""

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


def _lock(path: Path, on_acquired: Callable[[int], None] | None = None) -> FileLock:
    """The lock of a file that stays where it is; no file stands in for it on file systems without locks."""
    return FileLock(path, thread_local=False, fallback_to_soft=False, preserve_lock_file=True, on_acquired=on_acquired)


@contextmanager
def _acquired(lock: FileLock, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Hold a lock. `waiting` is called once if another process does. Where locks cannot be had, it only exists."""
    try:
        try:
            lock.acquire(blocking=False)
        except Timeout:  # which is an OSError
            waiting()
            lock.acquire()
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    try:
        yield
    finally:
        lock.release()


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Create a file and hold it. Raises OSError if it cannot be created; where locks cannot be had, it only exists."""
    with _acquired(_lock(path)):
        yield


def remove_unless_held(path: Path) -> None:
    """Remove a file if the process that held it has ended. It stays where that cannot be known."""
    with suppress(OSError), _lock(path).acquire(blocking=False):
        path.unlink()


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace") or "another process"
    except OSError:
        return "another process"


def _tell(file: int) -> None:
    """Write into a file that is held who holds it: for whoever waits, what to look at."""
    job = os.environ.get("SLURM_JOB_ID")
    told = f"process {os.getpid()} on {socket.gethostname()}" + (f", job {job} of Slurm" if job else "")
    with suppress(OSError):  # a full disk
        os.ftruncate(file, 0)
        os.write(file, told.encode())


@contextmanager
def alone(path: Path, waiting: Callable[[str], object]) -> Iterator[None]:
    """Be the only process that is in such a block for this path, a file that is there as long as one is.

    While another process is, `waiting` is told which, and then it waits. Raises OSError if the file cannot be created.
    """
    with _acquired(_lock(path, _tell), lambda: waiting(_holder(path))):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
