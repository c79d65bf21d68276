"""What samples are asked to be by others: degraded images that they restore, and coordinates that they have."""

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.degradation import Degradation
from iadb_core.data.degrading import Degraded, Degrading
from iadb_core.data.density import Density
from iadb_core.data.draws import Draws
from iadb_core.data.parts import VALIDATION
from iadb_core.data.telling import coordinates_of
from iadb_core.system.seeds import numpy_generator

CPU = torch.device("cpu")
AT_ONCE = 64  # images whose degradations are drawn by one generator
ALL = slice(None)
TAKEN, COMPARED = (
    slice(0, None, 2),
    slice(1, None, 2),
)  # of validation samples: for conditions, and to compare with


def degraded(degrading: Degrading, images: Tensor, seed: int, purpose: str, first: int = 0) -> Degraded:
    """Images, (count, *shape), network values, degraded on the CPU: the first ones the same for every count.

    first: how many come before these, a multiple of `AT_ONCE`.
    """
    draws, found = Draws(seed, purpose, CPU), []
    for number, some in enumerate(images.split(AT_ONCE), start=first // AT_ONCE):
        whole = torch.cat([some, some.new_zeros(AT_ONCE - len(some), *some.shape[1:])])
        y, masks = degrading(whole, draws(number))
        found.append((y[: len(some)], None if masks is None else masks[: len(some)]))
    masked = [masks for _, masks in found if masks is not None]
    return Degraded(torch.cat([y for y, _ in found]), torch.cat(masked) if masked else None)


def compared(split: str, told_of_samples: bool) -> slice:
    """Which of the stored samples of a split are compared with: none of which a condition was made."""
    return COMPARED if told_of_samples and split == VALIDATION else ALL


def stored_samples(target: Density, stored: np.ndarray, rows: np.ndarray) -> Tensor:
    """Some of the stored samples, as the network sees them."""
    return target.network_values(torch.from_numpy(np.array(stored[rows])))


def measured_degraded(
    degradation: Degradation, target: Density, stored: np.ndarray, count: int, seed: int, rows: slice = ALL
) -> Tensor:
    """What a network sees of `count` stored images, each degraded once before one is again; of some rows of them.

    Every other stored image is taken, so that restored ones can be compared with the `COMPARED` ones, which are
    others. Returns (n, channels, height, width); the first ones are the same for every count.
    """
    first, last, _ = rows.indices(count)
    begin, degrading = first // AT_ONCE * AT_ONCE, Degrading.of(degradation, target)
    order = _taken(len(stored), seed, "restored images")
    images = stored_samples(target, stored, order[np.arange(begin, last) % len(order)])
    return degrading.seen(degraded(degrading, images, seed, "measured degradations", begin))[first - begin :]


def measured_coordinates(
    columns: tuple[int, ...], target: Density, stored: np.ndarray, count: int, seed: int, rows: slice = ALL
) -> Tensor:
    """Coordinates of `count` stored points, (n, columns), network values, of some rows; as `measured_degraded`."""
    order = _taken(len(stored), seed, "points with coordinates")
    first, last, _ = rows.indices(count)
    return coordinates_of(stored_samples(target, stored, order[np.arange(first, last) % len(order)]), columns)


def _taken(count: int, seed: int, purpose: str) -> np.ndarray:
    """The numbers of the stored samples that conditions are made of, in the order in which they are."""
    return numpy_generator(seed, purpose).permutation(np.arange(count)[TAKEN])


def shown_degraded(
    degradation: Degradation, target: Density, stored: np.ndarray, count: int, seed: int
) -> tuple[Degraded, Tensor]:
    """`count` stored images, degraded, to be shown; and whole, (count, *shape), network values."""
    whole = stored_samples(target, stored, np.arange(count) % len(stored))
    return degraded(Degrading.of(degradation, target), whole, seed, "shown degradations"), whole
