"""Processes that read images into one array beside each other: decoding small files is mostly Python's own work.

python -m iadb_core.data.image_readers    one of them: JSON lines on its standard input, an answer to each on the other
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

import numpy as np

from iadb_core.data.image_files import Told, Wanted, read_images
from iadb_core.system.arrays import let_go
from iadb_core.system.errors import InputError

AT_ONCE = 256  # images that a process is asked for
WORTH_PROCESSES = 2048  # fewer are read before another Python has started
ROOT = Path(__file__).parents[2]


class Scratch(NamedTuple):
    """An array, and the descriptor of its file."""

    array: np.memmap
    descriptor: int


@contextmanager
def scratch(shape: tuple[int, ...], folder: str | os.PathLike[str]) -> Iterator[Scratch]:
    """An array of bytes on disk, whose file has no name and is gone with its last process.

    Raises InputError if the disk is full.
    """
    size = int(np.prod(shape))
    with TemporaryFile(dir=folder) as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
        except OSError as error:
            raise InputError(f"{folder}: {size / 1e9:.1f} GB of images cannot be written: {error.strerror}") from error
        yield Scratch(np.memmap(file, np.uint8, "r+", shape=shape), file.fileno())


def read_all(paths: Sequence[str], wanted: Wanted, stored: Scratch, workers: int) -> Iterator[list[Told | str]]:
    """Read images into `stored`, (count, *wanted.shape), in order; yield what `read_images` tells of some at a time.

    workers: processes. Raises InputError if one of them is killed.
    """
    parts = [slice(first, first + AT_ONCE) for first in range(0, len(paths), AT_ONCE)]
    if workers == 1 or len(paths) < WORTH_PROCESSES:
        for part in parts:
            yield read_images(paths[part], wanted, stored.array[part])
            let_go(stored.array)
        return
    with ExitStack() as stack:
        idle: SimpleQueue[_Reader] = SimpleQueue()
        for _ in range(workers):
            idle.put(stack.enter_context(_reader(stored, wanted)))

        def ask(part: slice) -> list[Told | str]:
            reader = idle.get()
            try:
                return reader.read(part.start, paths[part])
            finally:
                idle.put(reader)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(ask, parts)


class _Reader:
    """A process that reads. It ends when its standard input does, so also when this one is killed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self.process, self.asks, self.answers = process, process.stdin, process.stdout

    def read(self, first: int, paths: Sequence[str]) -> list[Told | str]:
        """What is told of images, which are stored from number `first` on."""
        try:
            _say(self.asks, [first, list(paths)])
            answer = self.answers.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise InputError("a process that read images was killed: is the memory full?")
        return [told if isinstance(told, str) else _told(told) for told in json.loads(answer)]


def _told(fields: list[Any]) -> Told:
    told = Told(*fields)
    return told._replace(sides=(told.sides[0], told.sides[1]))


@contextmanager
def _reader(stored: Scratch, wanted: Wanted) -> Iterator[_Reader]:
    arguments = [str(stored.descriptor), str(len(stored.array)), json.dumps(wanted)]
    process = subprocess.Popen(
        [sys.executable, "-m", "iadb_core.data.image_readers", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[stored.descriptor],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
    )
    reader = _Reader(process)
    try:
        yield reader
    finally:
        process.kill()
        process.wait()
        reader.answers.close()
        with suppress(BrokenPipeError):  # of what it was not sent any more
            reader.asks.close()


def _say(file: IO[str], what: Any) -> None:
    file.write(json.dumps(what) + "\n")
    file.flush()


def main() -> None:
    """One of the processes: the descriptor of the array's file, its length, and how images are wanted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that asks ends this one
    descriptor, count, wanted = int(sys.argv[1]), int(sys.argv[2]), Wanted(*json.loads(sys.argv[3]))
    with open(descriptor, "r+b") as file:
        stored = np.memmap(file, np.uint8, "r+", shape=(count, *wanted.shape))
        for line in sys.stdin:
            first, paths = json.loads(line)
            _say(sys.stdout, read_images(paths, wanted, stored[first : first + len(paths)]))
            let_go(stored)


if __name__ == "__main__":
    main()
