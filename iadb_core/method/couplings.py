"""Which x₀ is blended with which x₁."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """What one step trains on. x0, x1: (batch, *shape), paired; alpha: (batch,)."""

    x0: Tensor
    x1: Tensor
    alpha: Tensor


@dataclass(frozen=True)
class Block:
    """Several batches that are drawn at once. x0, x1: (batches, batch, *shape), paired; alpha: (batches, batch)."""

    x0: Tensor
    x1: Tensor
    alpha: Tensor

    def __len__(self) -> int:
        """How many batches."""
        return len(self.alpha)

    def first(self, count: int) -> "Block":
        """The first `count` batches."""
        return Block(self.x0[:count], self.x1[:count], self.alpha[:count])

    def batches(self) -> Iterator[Batch]:
        """Its batches, one after the other."""
        parts = (getattr(self, part.name).unbind() for part in fields(self))
        return (Batch(*batch) for batch in zip(*parts, strict=True))


class Coupling(Protocol):
    """Pairs the samples of whole batches.

    apart: whether each sample's partner is known without the others, so that a process can do with its own rows.
    """

    apart: bool

    def __call__(self, x0: Tensor, x1: Tensor) -> tuple[Tensor, Tensor]:
        """x0, x1: (batches, batch, *shape), drawn independently. Returns the same samples, paired."""
        ...


class Independent:
    """Every x₀ with any x₁, as they were drawn. Source: Heitz et al. 2023, section 3."""

    apart = True

    def __call__(self, x0: Tensor, x1: Tensor) -> tuple[Tensor, Tensor]:
        """The samples as they came."""
        return x0, x1
