"""Stored samples as training reads them: on the device if they fit there, else from their file, batch by batch."""

import os
import threading
from collections.abc import Callable, Iterator
from mmap import mmap
from queue import Full, Queue
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from iadb_core.system.errors import InputError
from iadb_core.system.memory import memory_limit

Reader = Callable[[Tensor], Tensor]
Item = TypeVar("Item")
RESIDENT_SHARE = 4  # samples stay on the device if they take no more than this part of its memory
BYTES_AT_ONCE = 2**26  # of a file that is copied to the device
READ_AHEAD = 4
SECONDS_OF_PATIENCE = 0.1


def fits(samples: np.ndarray, device: torch.device, sharing: int = 1) -> bool:
    """Whether samples are small beside the memory of the device, or beside what this process may have of it.

    sharing: how many processes share that memory, each with a copy.
    """
    on_cuda = device.type == "cuda"
    memory = torch.cuda.get_device_properties(device).total_memory if on_cuda else memory_limit()
    return samples.nbytes <= memory / sharing / RESIDENT_SHARE


def resident(samples: np.ndarray, device: torch.device) -> Reader:
    """A function from indices on the CPU, int64, of any shape, to (*indices, *shape), from a copy on the device.

    Raises InputError if the file of mapped samples has become too short.
    """
    stored = copied(samples, device)

    def read(indices: Tensor) -> Tensor:
        there = on_device(indices.flatten(), device)
        return stored.index_select(0, there).view(*indices.shape, *stored.shape[1:])

    return read


def on_device(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor of the CPU on the device, for which nothing waits on CUDA."""
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def copied(samples: np.ndarray, device: torch.device) -> Tensor:
    """A copy of samples on the device, of those of a mapped file without another one on the way.

    The file is read, since the pages of a map would count as memory beside the copy.
    """
    if not isinstance(samples, np.memmap) or not isinstance(samples.base, mmap):  # a part of a map does not say which
        return torch.from_numpy(np.array(samples)).to(device)
    length, begin, path = _place(samples)
    stored = torch.empty(samples.shape, dtype=torch.from_numpy(np.empty(0, samples.dtype)).dtype, device=device)
    at_once = max(1, BYTES_AT_ONCE // length)
    for first in range(0, len(samples), at_once):
        part = stored[first : first + at_once]
        read = np.fromfile(path, samples.dtype, part.numel(), offset=begin + first * length)
        if read.size != part.numel():
            raise _too_short(path)
        part.copy_(torch.from_numpy(read).view(part.shape))
    return stored


def _place(samples: np.memmap) -> tuple[int, int, str]:
    """Where the samples of a mapped file are: bytes of one, bytes before the first, and the path."""
    if not samples.flags.c_contiguous:
        raise InputError(f"{samples.filename} is not in row-major order; delete it to have it made again")
    return samples.nbytes // len(samples), samples.offset, str(samples.filename)


def _too_short(path: str) -> InputError:
    return InputError(f"{path} ends before its last sample; delete it to have it made again")


def in_file(samples: np.memmap, device: torch.device) -> Reader:
    """The same from a memory-mapped file.

    The samples are read, not mapped: pages that were touched would count as memory of this process until the file is
    closed. `read` raises InputError where the file has become too short.
    """
    length, begin, path = _place(samples)

    def read(indices: Tensor) -> Tensor:
        found = np.empty((indices.numel(), *samples.shape[1:]), samples.dtype)
        with open(path, "rb", buffering=0) as file:
            for row, index in zip(found, indices.flatten().tolist(), strict=True):
                if os.preadv(file.fileno(), [row], begin + index * length) != length:
                    raise _too_short(path)
        gathered = torch.from_numpy(found).view(*indices.shape, *samples.shape[1:])
        return on_device(gathered, device)

    return read


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, taken by a thread a few ahead of the one who asks; what it raises is raised here.

    The thread ends with its reader, or with the program: one that is merely cut off may take the program down with it.
    """
    queue: Queue[tuple[list[Item], BaseException | None]] = Queue(READ_AHEAD)
    given_up = threading.Event()

    def put(entry: tuple[list[Item], BaseException | None]) -> bool:
        while not given_up.is_set() and threading.main_thread().is_alive():
            try:
                queue.put(entry, timeout=SECONDS_OF_PATIENCE)
            except Full:
                continue
            return True
        return False

    def take() -> None:
        try:
            for item in items:
                if not put(([item], None)):
                    return
            put(([], None))
        except BaseException as error:
            put(([], error))

    threading.Thread(target=take).start()
    try:
        while True:
            taken, error = queue.get()
            if error:
                raise error
            if not taken:
                return
            yield taken[0]
    finally:
        given_up.set()
