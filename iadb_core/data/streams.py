"""Endless streams of training batches, each drawn by a generator of its own, some batches at a time.

Streams of x₀, of x₁ and of α, read side by side, are the independent coupling. The generator is seeded anew for every
block, so that a stream can begin at any of its blocks without drawing those before.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count as counting
from itertools import islice
from math import pi, prod
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.preparation import network_images
from iadb_core.data.scaling import Scaling
from iadb_core.data.stores import Read, fits, in_file, read_ahead, resident
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import seed_for

BATCHES_DRAWN_AHEAD = 64
VALUES_IN_A_BLOCK = 2**18  # few enough to stay in a cache
ALL = slice(None)


class Block(NamedTuple):
    """Some batches to train on. x0, x1: (batches, batch, *shape); alpha: (batches, batch)."""

    x0: Tensor
    x1: Tensor
    alpha: Tensor


def batches_in_a_block(batch_size: int, shape: tuple[int, ...]) -> int:
    """How many batches are drawn at once: many small ones, for which a draw of each would take longer than a step."""
    return min(BATCHES_DRAWN_AHEAD, max(1, VALUES_IN_A_BLOCK // (batch_size * prod(shape))))


class Draws:
    """Random numbers for one purpose of a run, by a generator that is seeded by the number of what is drawn."""

    def __init__(self, seed: int, purpose: str, device: torch.device) -> None:
        self.seed, self.purpose, self.device = seed, purpose, device
        self.generator = torch.Generator(device)

    def __call__(self, number: int) -> torch.Generator:
        """The generator of the block, or of the epoch, of that number."""
        return self.generator.manual_seed(seed_for(self.seed, f"{self.purpose} {number}"))


def index_blocks(count: int, batches: tuple[int, int], order: str, draws: Draws, first: int = 0) -> Iterator[Tensor]:
    """Blocks of indices below `count`, each of shape `batches`, (batches, batch), int64, on the device of the draws.

    order: `with_replacement`, independent draws; or `shuffled`, a new permutation each epoch, whose last incomplete
    batch is dropped. first: the number of the block to begin with. Raises InputError if an epoch would have no batch
    at all.
    """
    if order == "with_replacement":
        for number in counting(first):
            yield torch.randint(count, batches, generator=draws(number), device=draws.device)
    rows = _shuffled(count, batches[1], draws, first * batches[0])
    while True:
        yield torch.stack(list(islice(rows, batches[0])))


def _shuffled(count: int, batch_size: int, draws: Draws, first: int) -> Iterator[Tensor]:
    """Batches of indices, epoch after epoch, from the batch of number `first` on."""
    whole = steps_per_epoch(count, batch_size)
    begun, skipped = divmod(first, whole)
    for epoch in counting(begun):
        permutation = torch.randperm(count, generator=draws(epoch), device=draws.device)
        yield from permutation[: whole * batch_size].view(whole, batch_size)[skipped:]
        skipped = 0


def steps_per_epoch(count: int, batch_size: int) -> int:
    """The number of whole batches in `count` samples. Raises InputError if there is none."""
    if batch_size > count:
        raise InputError(
            f"training.batch_size: {batch_size} is larger than the data, {count} training samples; "
            "make it smaller, or give `steps` with `order: with_replacement`"
        )
    return count // batch_size


def stored_blocks(read: Read, indices: Iterator[Tensor]) -> Iterator[Tensor]:
    """Blocks of samples as they are stored, (batches, batch, *stored shape)."""
    for block in indices:
        yield read(block)


def image_blocks(stored: Iterator[Tensor], size: int, scaling: Scaling) -> Iterator[Tensor]:
    """Blocks of network values, (batches, batch, channels, size, size), from stored images: see `network_images`."""
    for block in stored:
        yield network_images(block.flatten(0, 1), size, scaling).unflatten(0, block.shape[:2])


def gaussian_blocks(
    shape: tuple[int, ...],
    mean: float,
    std: float,
    batches: tuple[int, int],
    draws: Draws,
    first: int,
    rows: slice = ALL,
) -> Iterator[Tensor]:
    """Fresh draws from N(mean, std²) for every coordinate, (*batches, *shape), from block `first` on; some rows."""
    for number in counting(first):
        noise = torch.randn(*batches, *shape, generator=draws(number), device=draws.device)[:, rows]
        yield noise if (mean, std) == (0, 1) else noise.mul_(std).add_(mean)


def uniform(draws: Tensor) -> Tensor:
    """α from U[0, 1)."""
    return draws


def logit_normal(draws: Tensor) -> Tensor:
    """α = sigmoid(z) with z from N(0, 1): seldom near 0 and 1. Source: Esser et al. 2024, section 3.1."""
    return torch.special.ndtri(draws).sigmoid()


def arcsine(draws: Tensor) -> Tensor:
    """α = sin²(πu/2) with u from U[0, 1): often near 0 and 1."""
    return (draws * (pi / 2)).sin().square()


ALPHAS: dict[str, Callable[[Tensor], Tensor]] = {"uniform": uniform, "logit_normal": logit_normal, "arcsine": arcsine}


def alpha_blocks(name: str, batches: tuple[int, int], draws: Draws, first: int, rows: slice = ALL) -> Iterator[Tensor]:
    """Draws of α from one of `ALPHAS`, (*batches), from block `first` on; some rows."""
    for number in counting(first):
        yield ALPHAS[name](torch.rand(batches, generator=draws(number), device=draws.device)[:, rows])


def density_blocks(
    density: Mapping[str, Any],
    shape: tuple[int, ...],
    samples: np.ndarray | None,
    batches: tuple[int, int],
    order: str,
    seed: int,
    name: str,
    device: torch.device,
    first: int,
    rows: slice = ALL,
    sharing: int = 1,
) -> Iterator[Tensor]:
    """Blocks of one density, (*batches, *shape), float32, on `device`, from the block of number `first` on.

    density: its settings by its kind. samples: its stored samples; a Gaussian has none. seed, name: of its generators.
    rows: which samples of each batch; the others are not read. sharing: as `fits` takes it.
    Raises InputError as `independent_blocks` does.
    """
    kind, settings = next(iter(density.items()))
    if samples is None:
        draws = Draws(seed, f"training {name}", device)
        return gaussian_blocks(shape, settings["mean"], settings["std"], batches, draws, first, rows)
    check_stored(samples, shape)
    if order == "shuffled":
        steps_per_epoch(len(samples), batches[1])
    # On the CPU, whatever the device: the batches are then the same whether the samples fit there or not.
    draws = Draws(seed, f"training order {name}", torch.device("cpu"))
    indices = (block[:, rows] for block in index_blocks(len(samples), batches, order, draws, first))
    if isinstance(samples, np.memmap) and not fits(samples, device, sharing):
        stored = read_ahead(stored_blocks(in_file(samples, device), indices))
    else:
        stored = stored_blocks(resident(samples, device), indices)
    return image_blocks(stored, settings["size"], settings["scaling"]) if kind in ("dataset", "folder") else stored


def independent_blocks(
    densities: tuple[Mapping[str, Any], Mapping[str, Any]],
    samples: tuple[np.ndarray | None, np.ndarray | None],
    shape: tuple[int, ...],
    batch_size: int,
    order: str,
    seed: int,
    device: torch.device,
    alpha: str = "uniform",
    first: int = 0,
    rows: slice = ALL,
    sharing: int = 1,
) -> Iterator[Block]:
    """Endless blocks of x0, x1 and alpha, independent of each other, on `device`, from block `first` on.

    densities, samples: of source and target, as `density_blocks` takes them. order: as `index_blocks` takes it.
    alpha: one of `ALPHAS`. rows: which samples of each batch are wanted: they are the same whatever the others are.
    sharing: how many processes have samples in the device's memory.
    Raises InputError if a batch is larger than shuffled data, or stored samples do not have the shape's dimensions.
    """
    batches = batches_in_a_block(batch_size, shape), batch_size
    streams = [
        density_blocks(density, shape, stored, batches, order, seed, name, device, first, rows, sharing)
        for name, density, stored in zip(("x0", "x1"), densities, samples, strict=True)
    ]
    alphas = alpha_blocks(alpha, batches, Draws(seed, "training alpha", device), first, rows)
    return map(Block, *streams, alphas)


def independent_pairs(*arguments: Any, **options: Any) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Endless batches, (x0, x1, alpha), (batch, *shape) twice and (batch,): those of `independent_blocks`."""
    blocks = independent_blocks(*arguments, **options)
    return (batch for block in blocks for batch in zip(*block, strict=True))


def check_stored(samples: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raise InputError if stored samples are empty or cannot be turned into network samples of `shape`."""
    points = len(shape) == 1
    fits = samples.shape[1:] == shape if points else samples.ndim == 4 and samples.shape[1] == shape[0]
    kind = "float32" if points else "uint8"
    if not fits or samples.dtype != kind or not len(samples):
        raise InputError(
            f"stored samples of shape {samples.shape}, {samples.dtype}, do not fit samples of shape {shape}; "
            "delete the experiment's source and target folders to have them made again"
        )
