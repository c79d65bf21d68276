"""Between pixel values in [0, 1] and the values that a network sees.

A scaling is a sequence of (mean, std) steps, v ← (v − mean)/std, applied one after the other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

Scaling = Sequence[tuple[float, float]]
Array = TypeVar("Array", np.ndarray, Tensor)


def scale(pixels: Array, scaling: Scaling) -> Array:
    """Pixel values in [0, 1], any shape and floating dtype, to network values."""
    for mean, std in scaling:
        pixels = (pixels - mean) / std
    return pixels


def unscale(values: Array, scaling: Scaling) -> Array:
    """Network values to true pixel values, clipped to [0, 1]: the inverse of `scale`."""
    for mean, std in reversed(scaling):
        values = values * std + mean
    return values.clip(0, 1)


def network_images(images: Tensor, size: int, scaling: Scaling) -> Tensor:
    """Stored images to network values: scale, then resize bilinearly with half-pixel centres.

    images: (batch, channels, height, width), uint8. Returns (batch, channels, size, size), float32.
    Smaller sizes are antialiased, as torchvision's Resize does by default.
    """
    values = scale(images.to(torch.float32) / 255, scaling)
    if values.shape[-2:] == (size, size):
        return values
    return interpolate(values, (size, size), mode="bilinear", align_corners=False, antialias=True)


def network_values(samples: np.ndarray, density: Mapping[str, Any]) -> Tensor:
    """Stored samples of a density as the network sees them, float32: points as they are, images scaled and resized.

    density: its settings by its kind.
    """
    tensor = torch.from_numpy(np.array(samples))
    images = density.get("dataset") or density.get("folder")
    return network_images(tensor, images["size"], images["scaling"]) if images else tensor.to(torch.float32)


def true_values(values: np.ndarray, density: Mapping[str, Any]) -> np.ndarray:
    """Network values as they are shown and measured: images as pixel values in [0, 1], others as they are."""
    images = density.get("dataset") or density.get("folder")
    return unscale(values, images["scaling"]) if images else values
