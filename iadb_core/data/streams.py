"""Endless streams of one density's samples, some batches at a time, each drawn by a generator of its own.

The generator is seeded anew for every block, so that a stream can begin at any of its blocks without drawing those
before.
"""

from collections.abc import Callable, Iterator
from itertools import count as counting
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density, Drawn, Shape
from iadb_core.data.draws import Draws, index_blocks, steps_per_epoch
from iadb_core.data.stores import fits, in_file, read_ahead, resident
from iadb_core.system.errors import InputError

ALL = slice(None)


class Stream(Protocol):
    """An endless stream of samples."""

    def blocks(self, first: int = 0, rows: slice = ALL) -> Iterator[Tensor]:
        """Blocks of network values, (batches, batch, *shape), float32, from the block of number `first` on.

        rows: which samples of each batch; the others are not read.
        """
        ...


class Fresh:
    """Samples that are drawn anew, on the device of the draws. size: of a block, (batches, batch, *shape)."""

    def __init__(self, density: Drawn, size: Shape, draws: Draws) -> None:
        self.density, self.size, self.draws = density, size, draws

    def blocks(self, first: int = 0, rows: slice = ALL) -> Iterator[Tensor]:
        """As `Stream` says."""
        for number in counting(first):
            yield self.density.draw_blocks(self.size, self.draws(number))[:, rows]


class Stored:
    """Samples that are stored, (count, …), on the device if they fit there, else from their file.

    as_seen: turns stored samples into network values. batches: of a block, (batches, batch). order: as `index_blocks`
    takes it. draws: on the CPU, whatever the device, so that the batches are the same whether the samples fit there or
    not. sharing: as `fits` takes it.
    Raises InputError if a shuffled batch is larger than the data.
    """

    def __init__(
        self,
        as_seen: Callable[[Tensor], Tensor],
        samples: np.ndarray,
        batches: tuple[int, int],
        order: str,
        draws: Draws,
        device: torch.device,
        sharing: int = 1,
    ) -> None:
        self.as_seen, self.samples, self.batches, self.order, self.draws = as_seen, samples, batches, order, draws
        self.mapped = samples if isinstance(samples, np.memmap) and not fits(samples, device, sharing) else None
        self.read = resident(samples, device) if self.mapped is None else in_file(self.mapped, device)
        if order == "shuffled":
            steps_per_epoch(len(samples), batches[1])

    def blocks(self, first: int = 0, rows: slice = ALL) -> Iterator[Tensor]:
        """As `Stream` says."""
        indices = index_blocks(len(self.samples), self.batches, self.order, self.draws, first)
        stored = (self.read(block[:, rows]) for block in indices)
        for block in stored if self.mapped is None else read_ahead(stored):
            yield self.as_seen(block.flatten(0, 1)).unflatten(0, block.shape[:2])


def stream_of(
    density: Density,
    shape: Shape,
    samples: np.ndarray | None,
    batches: tuple[int, int],
    order: str,
    seed: int,
    name: str,
    device: torch.device,
    sharing: int = 1,
    seen: bool = False,
) -> Stream:
    """The stream of a density, on `device`.

    samples: its stored samples; a fresh density has none. seed, name: of its generators. seen: whether what is stored
    are network values already. The rest: as `Stored` takes it. Raises InputError as it does, and if stored samples do
    not have the shape's dimensions.
    """
    if samples is None:
        if not isinstance(density, Drawn):
            raise InputError(f"{density.kind}: there are no stored samples to train on")
        return Fresh(density, (*batches, *shape), Draws(seed, f"training {name}", device))
    if seen and (samples.shape[1:] != shape or samples.dtype != np.float32 or not len(samples)):
        raise InputError(f"stored pairs of shape {samples.shape}, {samples.dtype}, do not fit samples of shape {shape}")
    if not seen:
        check_stored(samples, shape)
    draws = Draws(seed, f"training order {name}", torch.device("cpu"))
    as_seen = torch.Tensor.float if seen else density.network_values
    return Stored(as_seen, samples, batches, order, draws, device, sharing)


def check_stored(samples: np.ndarray, shape: Shape) -> None:
    """Raise InputError if stored samples are empty or cannot be turned into network samples of `shape`."""
    points = len(shape) == 1
    fitting = samples.shape[1:] == shape if points else samples.ndim == 4 and samples.shape[1] == shape[0]
    kind = "float32" if points else "uint8"
    if not fitting or samples.dtype != kind or not len(samples):
        raise InputError(
            f"stored samples of shape {samples.shape}, {samples.dtype}, do not fit samples of shape {shape}; "
            "delete the experiment's source and target folders to have them made again"
        )
