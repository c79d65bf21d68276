"""Degrading images, and restoring degraded ones, as one who never starts Snakemake has them: pixel values."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from iadb_core.data.degradation import Degradation
from iadb_core.data.degrading import Degraded, Degrading
from iadb_core.data.density import Density
from iadb_core.data.scaling import scale, unscale
from iadb_core.face.given import as_array, images
from iadb_core.sampling.told import degraded
from iadb_core.system.errors import InputError


class DegradedPixels(NamedTuple):
    """Degraded images.

    pixels: (count, channels, height, width), in the size that is measured, about [0, 1]. masks: which are seen, (count,
    1, height, width), 0 or 1; None if all are.
    """

    pixels: np.ndarray
    masks: np.ndarray | None


def degrade(degradation: Degradation, target: Density, whole: Tensor, seed: int) -> DegradedPixels:
    """Images, network values, degraded as those were that a model was trained on."""
    y, masks = degraded(Degrading.of(degradation, target), whole, seed, "degradations asked for")
    pixels = unscale(y.numpy(), target.pixel_scaling(), clip=False)
    if masks is None:
        return DegradedPixels(pixels, None)
    return DegradedPixels(pixels * masks.numpy(), masks.numpy())


def _masks(given: np.ndarray, y: Tensor) -> Tensor:
    """Which pixels are seen, (count, 1, height, width), 0 or 1; one for all images, or one for each."""
    height, width = y.shape[2:]
    fits = given.dtype.kind in "fiub" and given.shape[-2:] == (height, width)
    if not fits or given.size not in (height * width, len(y) * height * width):
        raise InputError(
            f"masks: one of {height}×{width} pixels, or one for each of {len(y)} images; found {given.shape}"
        )
    if not np.isin(given, (0, 1)).all():
        raise InputError(f"masks: 0 where a pixel is lost and 1 where it is seen; found up to {given.max()}")
    return torch.from_numpy(given.astype(np.float32)).reshape(-1, 1, height, width).expand(len(y), -1, -1, -1)


def seen_of(
    degradation: Degradation, target: Density, pixels: ArrayLike | Tensor, masks: ArrayLike | Tensor | None
) -> Tensor:
    """What a network sees of degraded images; of pixels that are lost, whatever stands there.

    Raises InputError for images that do not fit the degradation, and for masks that do not fit the images.
    """
    degrading, shape = Degrading.of(degradation, target), target.shape() or ()
    array = images(as_array(pixels), beyond=np.inf)
    array = array / 255 if array.dtype == np.uint8 else array
    y = torch.from_numpy(scale(array, target.pixel_scaling())).float()
    own = None
    needed = degradation.masks(1, shape, torch.Generator()) is not None
    if needed != (masks is not None):
        raise InputError(f"masks: {'say which pixels are seen' if needed else f'a {degradation.kind} loses no pixels'}")
    if masks is not None:
        own = _masks(as_array(masks), y)
        y = y * own
    wanted = degradation.applied(torch.zeros(1, *shape), None if own is None else torch.ones(1, 1, *shape[1:])).shape[
        1:
    ]
    if y.shape[1:] != wanted:
        raise InputError(f"degraded images are of {tuple(wanted)} to this model; found {tuple(y.shape[1:])}")
    return degrading.seen(Degraded(y, own))
