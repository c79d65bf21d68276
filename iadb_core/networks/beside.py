"""What a convolutional network sees of a condition, as further channels of its input."""

from torch import Tensor

from iadb_core.networks.classes import indicators
from iadb_core.networks.settings import Conditions


def channels_beside(conditions: Conditions) -> int:
    """How many further channels there are: one for each class and for none, or those of an image."""
    return (conditions.classes and conditions.classes + 1) + conditions.channels


def beside(x: Tensor, conditions: Conditions, condition: Tensor | None) -> list[Tensor]:
    """The further channels, each (batch, channels, height, width), in the dtype of x, (batch, …)."""
    if condition is None:
        return []
    if conditions.classes:
        told = indicators(condition, conditions.classes, x.dtype)
        return [told[:, :, None, None].expand(-1, -1, *x.shape[2:])]
    return [condition.to(x.dtype)]
