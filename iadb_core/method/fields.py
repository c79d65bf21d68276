"""What every network and every exact field is to the rest: D(x_α, α).

It is called with x, (batch, *shape), and alpha, (batch,), float32 whatever the precision of x is, and returns
(batch, *shape).
"""

from typing import Protocol

from torch import Tensor


class Field(Protocol):
    """Anything with the networks' signature: a trained network or an exact field."""

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        ...
