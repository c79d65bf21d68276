"""A condition among the inputs of a network: a class, or numbers."""

import torch
from torch import Tensor


def indicators(condition: Tensor, classes: int, dtype: torch.dtype) -> Tensor:
    """One for the class of each sample and zero for the others, (batch, classes + 1); the last is that none is told.

    condition: (batch,), int64, from 0 to `classes`.
    """
    every = torch.arange(classes + 1, device=condition.device)
    return (condition[:, None] == every).to(dtype)


def told_inputs(condition: Tensor, classes: int, dtype: torch.dtype) -> Tensor:
    """The inputs of a network of points that say its condition, (batch, inputs).

    condition: of so many classes, as `indicators` takes it; if there are none, numbers, (batch, inputs).
    """
    return indicators(condition, classes, dtype) if classes else condition.to(dtype)
