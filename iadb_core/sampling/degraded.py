"""The degraded images that samples are asked to restore."""

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.degradation import Degradation
from iadb_core.data.degrading import Degraded, Degrading
from iadb_core.data.density import Density
from iadb_core.data.draws import Draws
from iadb_core.data.parts import VALIDATION
from iadb_core.system.seeds import numpy_generator

CPU = torch.device("cpu")
AT_ONCE = 64  # images whose degradations are drawn by one generator
ALL = slice(None)
TAKEN, COMPARED = slice(0, None, 2), slice(1, None, 2)  # of validation images: to be degraded, and to compare with


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


def compared(split: str, restored: bool) -> slice:
    """Which of the stored samples of a split are compared with: of restored images, none that were degraded."""
    return COMPARED if restored and split == VALIDATION else ALL


def stored_images(target: Density, stored: np.ndarray, rows: np.ndarray) -> Tensor:
    """Some of the stored images, as the network sees them."""
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
    taken = np.arange(len(stored))[TAKEN]
    order = numpy_generator(seed, "restored images").permutation(taken)
    images = stored_images(target, stored, order[np.arange(begin, last) % len(order)])
    return degrading.seen(degraded(degrading, images, seed, "measured degradations", begin))[first - begin :]


def shown_degraded(
    degradation: Degradation, target: Density, stored: np.ndarray, count: int, seed: int
) -> tuple[Degraded, Tensor]:
    """`count` stored images, degraded, to be shown; and whole, (count, *shape), network values."""
    whole = stored_images(target, stored, np.arange(count) % len(stored))
    return degraded(Degrading.of(degradation, target), whole, seed, "shown degradations"), whole
