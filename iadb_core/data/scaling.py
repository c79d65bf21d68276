"""Between pixel values in [0, 1] and the values that a network sees.

A scaling is a sequence of (mean, std) steps, v ← (v − mean)/std, applied one after the other.
"""

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from iadb_core.data.density import Scaling

if TYPE_CHECKING:  # frames are drawn without torch, whose import takes longer than the drawing
    from torch import Tensor

Array = TypeVar("Array", np.ndarray, "Tensor")


def scale(pixels: Array, scaling: Scaling) -> Array:
    """Pixel values in [0, 1], any shape and floating dtype, to network values."""
    for mean, std in scaling:
        pixels = (pixels - mean) / std
    return pixels


def unscale(values: Array, scaling: Scaling, clip: bool = True) -> Array:
    """Network values to true pixel values: the inverse of `scale`. clip: to [0, 1]."""
    for mean, std in reversed(scaling):
        values = values * std + mean
    return values.clip(0, 1) if clip else values
