"""What every network and every exact field is to the rest: D(x_α, α).

It is called with x, (batch, *shape), and alpha, (batch,), float32 whatever the precision of x is, and returns
(batch, *shape).
"""

from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn


class Field(Protocol):
    """Anything with the networks' signature: a trained network or an exact field."""

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        ...


class Network(nn.Module):
    """A trainable field. memory_format: the layout of its weights and activations in which its products are fastest."""

    convolutional: ClassVar[bool]
    memory_format: ClassVar[torch.memory_format]

    def ends(self) -> list[nn.Module]:
        """The layers that see samples or α, and those that give samples; `Muon` leaves them to Adam."""
        raise NotImplementedError
