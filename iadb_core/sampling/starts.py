"""Where samples start."""

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
    distinct: bool = False,
    part: slice = ALL,
) -> Tensor:
    """`count` samples of a source to start from, (count, *shape), float32, as the network sees them; or part of them.

    samples: its stored samples; a fresh density has none. They are drawn with replacement, unless `distinct`: then each
    at most once. The first starts are the same for every count.
    Raises InputError if there are fewer distinct samples than `count`.
    """
    if samples is None:
        if not isinstance(density, Drawn):
            raise InputError(f"{density.kind}: there are no stored samples to start from")
        first, last, _ = part.indices(count)
        return torch.from_numpy(density.draw(shape, last - first, generator, skipped=first))
    if distinct and count > len(samples):
        raise InputError(f"{count} distinct starts were asked for, of {len(samples)} samples")
    chosen = generator.permutation(len(samples))[:count] if distinct else generator.integers(len(samples), size=count)
    return density.network_values(torch.from_numpy(np.array(samples[chosen[part]])))


def measured_starts(
    density: Density,
    shape: tuple[int, ...],
    source: str | None,
    target: str,
    count: int,
    seed: int,
    shard: tuple[int, int] = (1, 1),
    batch_size: int = 1,
) -> Tensor:
    """Where the samples that are measured start: fresh noise, or distinct held-out samples; (n, *shape), float32.

    density: the source. source, target: files of held-out samples, none for a fresh source. n is `count`, or as many as
    both files have. The first starts are the same for every count. shard: its number, from 1, and of how many, each of
    whole batches of `batch_size`: then only its own.
    """
    samples = load_array(source) if source else None
    count = min(count, len(load_array(target)), *([] if samples is None else [len(samples)]))
    part = shard_rows(*shard, count, batch_size)
    return starts(density, shape, samples, count, numpy_generator(seed, "generation starts"), distinct=True, part=part)
