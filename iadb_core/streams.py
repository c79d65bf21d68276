"""Endless streams of training batches, each drawn by a generator of its own.

Streams of x₀, of x₁ and of α, read side by side, are the independent coupling: `zip(x0, x1, alpha)`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iadb_core.files import InputError
from iadb_core.runtime import generator as seeded
from iadb_core.scaling import Scaling, network_images

BATCHES_DRAWN_AHEAD = 64


def index_batches(count: int, batch_size: int, order: str, generator: torch.Generator) -> Iterator[Tensor]:
    """Batches of indices below `count`, each (batch_size,), int64, on the generator's device.

    order: `with_replacement`, independent draws; or `shuffled`, a new permutation each epoch, whose last incomplete
    batch is dropped. Raises InputError if an epoch would have no batch at all.
    """
    if order == "with_replacement":
        shape = (BATCHES_DRAWN_AHEAD, batch_size)
        while True:
            yield from torch.randint(count, shape, generator=generator, device=generator.device)
    whole = steps_per_epoch(count, batch_size)
    while True:
        permutation = torch.randperm(count, generator=generator, device=generator.device)
        yield from permutation[: whole * batch_size].view(whole, batch_size)


def steps_per_epoch(count: int, batch_size: int) -> int:
    """The number of whole batches in `count` samples. Raises InputError if there is none."""
    if batch_size > count:
        raise InputError(
            f"training.batch_size: {batch_size} is larger than the data, {count} training samples; "
            "make it smaller, or give `steps` with `order: with_replacement`"
        )
    return count // batch_size


def point_batches(points: Tensor, indices: Iterator[Tensor]) -> Iterator[Tensor]:
    """Batches of points, (batch, coordinates); points: (samples, coordinates), float32."""
    for batch in indices:
        yield points[batch]


def image_batches(images: Tensor, indices: Iterator[Tensor], size: int, scaling: Scaling) -> Iterator[Tensor]:
    """Batches of network values, (batch, channels, size, size), from stored images: see `network_images`."""
    for batch in indices:
        yield network_images(images[batch], size, scaling)


def gaussian_batches(
    shape: tuple[int, ...], mean: float, std: float, batch_size: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """Fresh draws from N(mean, std²) for every coordinate, (batch, *shape)."""
    while True:
        yield torch.randn(batch_size, *shape, generator=generator, device=generator.device) * std + mean


def alpha_batches(batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Draws of α from U[0, 1), (batch,)."""
    while True:
        yield from torch.rand(BATCHES_DRAWN_AHEAD, batch_size, generator=generator, device=generator.device)


def density_batches(
    density: Mapping[str, Any],
    shape: tuple[int, ...],
    samples: np.ndarray | None,
    indices: Iterator[Tensor] | None,
    batch_size: int,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Batches of one density, (batch, *shape), float32, on the generator's device.

    density: its settings by its kind. samples: its stored samples and indices: those of each batch; a Gaussian
    has neither.
    """
    kind, settings = next(iter(density.items()))
    if samples is None or indices is None:
        return gaussian_batches(shape, settings["mean"], settings["std"], batch_size, generator)
    resident = torch.from_numpy(np.array(samples)).to(generator.device)
    if kind in ("dataset", "folder"):
        return image_batches(resident, indices, settings["size"], settings["scaling"])
    return point_batches(resident, indices)


def independent_pairs(
    densities: tuple[Mapping[str, Any], Mapping[str, Any]],
    samples: tuple[np.ndarray | None, np.ndarray | None],
    shape: tuple[int, ...],
    batch_size: int,
    order: str,
    seed: int,
    device: torch.device,
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Endless (x0, x1, alpha), independent of each other: (batch, *shape) twice and (batch,), on `device`.

    densities, samples: of source and target, as `density_batches` takes them. order: as `index_batches` takes it.
    Raises InputError if a batch is larger than shuffled data, or stored samples do not have the shape's dimensions.
    """
    streams = []
    for name, density, stored in zip(("x0", "x1"), densities, samples, strict=True):
        indices = None
        if stored is not None:
            check_stored(stored, shape)
            if order == "shuffled":
                steps_per_epoch(len(stored), batch_size)
            indices = index_batches(len(stored), batch_size, order, seeded(seed, f"training order {name}", device))
        draws = seeded(seed, f"training {name}", device)
        streams.append(density_batches(density, shape, stored, indices, batch_size, draws))
    return zip(*streams, alpha_batches(batch_size, seeded(seed, "training alpha", device)), strict=True)


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
