"""Where samples start."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density, Drawn
from iadb_core.sampling.shards import shard_rows
from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator

ALL = slice(None)


def starts(
    density: Density,
    shape: tuple[int, ...],
    samples: np.ndarray | None,
    count: int,
    generator: np.random.Generator,
) -> Tensor:
    """`count` samples of a source to start from, (count, *shape), float32, as the network sees them.

    samples: its stored samples, of which they are drawn with replacement; a fresh density has none. The first starts
    are the same for every count.
    """
    if samples is None:
        return _drawn(density, shape, count, generator, ALL)
    chosen = generator.integers(len(samples), size=count)
    return density.network_values(torch.from_numpy(np.array(samples[chosen])))


def measured_starts(
    density: Density,
    shape: tuple[int, ...],
    files: Sequence[str],
    count: int,
    seed: int,
    shard: tuple[int, int] = (1, 1),
    batch_size: int = 1,
    purpose: str = "generation starts",
) -> Tensor:
    """Where the samples that are measured start: fresh noise, or distinct samples; (n, *shape), float32.

    density: the source. files: of its samples, those that it was not trained on first; none for a fresh source. They
    are taken in this order until there are `count`; n is less if all together have less. The first starts are the same
    for every count. shard: its number, from 1, and of how many, each of whole batches of `batch_size`: then only its
    own. purpose: of the random numbers.
    """
    generator = numpy_generator(seed, purpose)
    stored, count = [load_array(path) for path in files], measured_count(files, count)
    part = shard_rows(*shard, count, batch_size)
    if not stored:
        return _drawn(density, shape, count, generator, part)
    first, last, _ = part.indices(count)
    taken, begin = [], 0
    for samples in stored:
        chosen = generator.permutation(len(samples))[max(0, first - begin) : max(0, last - begin)]
        taken.append(np.array(samples[chosen]))
        begin += len(samples)
    return density.network_values(torch.from_numpy(np.concatenate(taken)))


def measured_count(files: Sequence[str], count: int) -> int:
    """How many `measured_starts` there are in all, when `count` are asked for."""
    return min(count, sum(len(load_array(path)) for path in files)) if files else count


def _drawn(density: Density, shape: tuple[int, ...], count: int, generator: np.random.Generator, part: slice) -> Tensor:
    """Some of `count` samples that are drawn for this. Raises InputError if they cannot be."""
    if not isinstance(density, Drawn):
        raise InputError(f"{density.kind}: there are no stored samples to start from")
    first, last, _ = part.indices(count)
    return torch.from_numpy(density.draw(shape, last - first, generator, skipped=first))
