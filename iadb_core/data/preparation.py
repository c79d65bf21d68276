"""Stored samples as the network sees them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from iadb_core.data.scaling import Scaling, scale


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
