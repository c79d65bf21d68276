"""Constants on a device."""

from functools import cache

import torch
from torch import Tensor


@cache
@torch.inference_mode(False)  # so that autograd may keep it
def constant(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Numbers on a device, (count,), not to be changed; they are copied there once.

    A copy waits for what the device still has to do, and cannot be while a graph is captured.
    """
    return torch.tensor(values, dtype=dtype, device=device)
