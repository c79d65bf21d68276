"""Samples in several files, read as they are asked for."""

import os
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Protocol

import numpy as np

from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError


class Samples(Protocol):
    """What a measure needs of samples: how many and of which shape, and some of them at a time."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(count, *shape of a sample)."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, which: slice, /) -> np.ndarray: ...


class Shards:
    """The samples of several .npy files, one after the other.

    Raises InputError for a broken file, or files whose samples differ in shape or kind.
    """

    def __init__(self, paths: Sequence[str | os.PathLike[str]]) -> None:
        self.parts = [load_array(path) for path in paths]
        first = self.parts[0]
        for path, part in zip(paths, self.parts, strict=True):
            if (part.shape[1:], part.dtype) != (first.shape[1:], first.dtype):
                kinds = [f"{array.shape[1:]}, {array.dtype}" for array in (first, part)]
                raise InputError(
                    f"{paths[0]} holds samples of shape {kinds[0]}, but {path} of {kinds[1]}; "
                    "delete them to have them made again"
                )
        self.begins = [0, *accumulate(map(len, self.parts))]
        self.shape = (self.begins[-1], *first.shape[1:])

    def __len__(self) -> int:
        return self.begins[-1]

    def __getitem__(self, which: slice) -> np.ndarray:
        """Some of the samples, (n, *shape); which: without a step."""
        first, last, _ = which.indices(len(self))
        parts = zip(self.begins, self.parts, strict=False)
        return np.concatenate([part[max(0, first - begin) : max(0, last - begin)] for begin, part in parts])


class Converted:
    """The first `count` samples, or all, as a function makes them of the stored ones when they are asked for."""

    def __init__(self, stored: Samples, convert: Callable[[np.ndarray], np.ndarray], count: int | None = None) -> None:
        self.stored, self.convert = stored, convert
        length = len(stored) if count is None else min(count, len(stored))
        self.shape = (length, *convert(stored[:1]).shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: slice) -> np.ndarray:
        first, last, _ = which.indices(len(self))
        return self.convert(self.stored[first:last])
