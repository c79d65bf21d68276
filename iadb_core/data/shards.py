"""Samples in several files, read as they are asked for."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Protocol

import numpy as np

from iadb_core.system.errors import InputError
from iadb_core.system.files import load_array


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


def shard_rows(number: int, of: int, count: int, batch_size: int) -> slice:
    """Which of `count` samples are in a shard: whole batches, so that each sample is computed among the same others.

    number: from 1 to `of`. The last shards may have fewer samples, or none.
    """
    batches = -(-count // batch_size)
    size = -(-batches // of) * batch_size
    return slice(min(count, (number - 1) * size), min(count, number * size))


def joined(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What is known of all shards, from what is of each: sums and rates; what differs, such as hardware, side by side.

    summaries: each with `samples`, network `evaluations` of single samples, and `seconds`.
    """
    each = list(summaries)
    samples, evaluations, seconds = (sum(one[key] for one in each) for key in ("samples", "evaluations", "seconds"))
    rest = [key for key in each[0] if key not in ("samples", "evaluations", "seconds")]
    values = {key: list(dict.fromkeys(one[key] for one in each)) for key in rest}
    return {
        "samples": samples,
        "nfe": evaluations / samples,
        "samples_per_second": samples / seconds,
        **{key: found[0] if len(found) == 1 else "; ".join(map(str, found)) for key, found in values.items()},
    }
