"""Arrays in .npy files, written whole or not at all, and read without trusting them."""

import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import DTypeLike

from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic, replacing


def save_array(path: str | os.PathLike[str], array: np.ndarray) -> None:
    """Write an array, which is not empty, as .npy, atomically. Raises InputError as `array_on_disk` does."""
    with array_on_disk(path, array.shape, array.dtype) as stored:
        stored[...] = array


@contextmanager
def array_on_disk(path: str | os.PathLike[str], shape: tuple[int, ...], dtype: DTypeLike) -> Iterator[np.ndarray]:
    """Give a memory-mapped array to fill; it becomes the .npy file `path` when the block succeeds.

    Raises InputError as `replacing` does; the space is reserved first, so that a full disk is an error here and
    not a signal while the map is written.
    """
    with replacing(path) as temporary:
        with open(temporary, "wb") as file:
            header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_2_0(file, header)
            size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
            if hasattr(os, "posix_fallocate") and size:
                os.posix_fallocate(file.fileno(), file.tell(), size)
            else:
                file.truncate(file.tell() + size)
        array = np.lib.format.open_memmap(temporary, mode="r+")
        yield array
        array.flush()


def let_go(array: np.ndarray) -> None:
    """Take the pages of a memory-mapped array out of this process's memory; their content stays in the file."""
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def load_array(path: str | os.PathLike[str]) -> np.ndarray:
    """Map a .npy file into memory, read-only; never unpickles.

    Raises InputError if it is missing, truncated, not an .npy file, or holds anything but numbers.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # NumPy's header parser raises nearly every exception on a broken file
        raise InputError(f"{path} is not a readable .npy file ({error}); delete it to have it made again") from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "uif":
        raise InputError(f"{path} does not hold an array of numbers; delete it to have it made again")
    return array


def save_arrays(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray], compressed: bool = True) -> None:
    """Write arrays by their names as .npz, atomically. Raises InputError if it cannot be written."""
    with atomic(path) as file:
        (np.savez_compressed if compressed else np.savez)(file, allow_pickle=False, **arrays)


def load_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """The arrays of a .npz file by their names, in their order; never unpickles. Raises InputError as `load_array`."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:
        raise InputError(f"{path} is not a readable .npz file ({error}); delete it to have it made again") from error
