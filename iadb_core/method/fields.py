"""What every network and every exact field is to the rest: D(x_α, α).

It is called with x, (batch, *shape), and alpha, (batch,), float32 whatever the precision of x is, and returns
(batch, *shape). A flow map's field may be asked for two α at once, (batch, 2), from and to which it goes: it then gives
the mean velocity between them, so that x + (t − s)·D(x, (s, t)) is where the flow is at t.
"""

from typing import Protocol

from torch import Tensor


class ConditionalField(Protocol):
    """A field that is told a condition as well: a class of each sample, say."""

    def __call__(self, x: Tensor, alpha: Tensor, condition: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,); condition: (batch, …). Returns (batch, *shape)."""
        ...


class Field(Protocol):
    """Anything with the networks' signature: a trained network or an exact field."""

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        ...
