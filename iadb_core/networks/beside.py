"""What a convolutional network sees of a condition, as further channels of its input."""

import torch
from torch import Tensor

from iadb_core.networks.classes import indicators
from iadb_core.networks.settings import Conditions


def channels_beside(conditions: Conditions) -> int:
    """How many further channels there are: one for each class and for none, or those of an image, and one for jumps."""
    return (conditions.classes and conditions.classes + 1) + conditions.channels + conditions.jumps


def beside(x: Tensor, conditions: Conditions, condition: Tensor | None, jump: Tensor | None) -> list[Tensor]:
    """The further channels, each (batch, channels, height, width), in the dtype of x, (batch, …). jump: (batch,)."""
    found = []
    if condition is not None and conditions.classes:
        told = indicators(condition, conditions.classes, x.dtype)
        found.append(told[:, :, None, None].expand(-1, -1, *x.shape[2:]))
    elif condition is not None:
        found.append(condition.to(x.dtype))
    if conditions.jumps:
        far = torch.zeros_like(x[:, 0, 0, 0]) if jump is None else jump.to(x.dtype)
        found.append(far[:, None, None, None].expand(-1, 1, *x.shape[2:]))
    return found
