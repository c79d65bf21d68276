"""Stored images as the network sees them."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from iadb_core.data.density import Scaling
from iadb_core.data.scaling import scale


def network_images(images: Tensor, size: tuple[int, int], scaling: Scaling) -> Tensor:
    """Stored images to network values: scale, then resize bilinearly with half-pixel centres.

    images: (batch, channels, height, width), uint8, or pixel values in [0, 1], float32. size: (height, width) that are
    wanted. Returns (batch, channels, *size), float32. Smaller sizes are antialiased, as torchvision's Resize does by
    default.
    """
    pixels = images.to(torch.float32) / 255 if images.dtype == torch.uint8 else images
    values = scale(pixels, scaling)
    if values.shape[-2:] == size:
        return values
    return interpolate(values, size, mode="bilinear", align_corners=False, antialias=True)
