"""Which x₀ is blended with which x₁."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """What one step trains on.

    x0, x1: (batch, *shape), paired; alpha: (batch,). condition: of x₁, (batch, …), if any.
    """

    x0: Tensor
    x1: Tensor
    alpha: Tensor
    condition: Tensor | None = None


@dataclass(frozen=True)
class Block:
    """Several batches that are drawn at once.

    x0, x1: (batches, batch, *shape), paired; alpha: (batches, batch). condition: of x₁, (batches, batch, …), if any.
    """

    x0: Tensor
    x1: Tensor
    alpha: Tensor
    condition: Tensor | None = None

    def __len__(self) -> int:
        """How many batches."""
        return len(self.alpha)

    def first(self, count: int) -> "Block":
        """The first `count` batches."""
        return Block(*(part[:count] for part in self.parts()))

    def batches(self) -> Iterator[Batch]:
        """Its batches, one after the other."""
        return (Batch(*batch) for batch in zip(*(part.unbind() for part in self.parts()), strict=True))

    def parts(self) -> list[Tensor]:
        """What it has, in the order of its fields."""
        found = (getattr(self, part.name) for part in fields(self))
        return [part for part in found if part is not None]


Coupled = tuple[Tensor, Tensor, Tensor | None]  # x₀, x₁ and the condition of x₁


class Coupling(Protocol):
    """Pairs the samples of whole batches.

    apart: whether each sample's partner is known without the others, so that a process can do with its own rows.
    """

    apart: bool

    def __call__(self, x0: Tensor, x1: Tensor, condition: Tensor | None) -> Coupled:
        """x0, x1: (batches, batch, *shape), drawn independently; condition: of x₁. Returns the same samples, paired."""
        ...


class Independent:
    """Every x₀ with any x₁, as they were drawn. Source: Heitz et al. 2023, section 3."""

    apart = True

    def __call__(self, x0: Tensor, x1: Tensor, condition: Tensor | None) -> Coupled:
        """The samples as they came."""
        return x0, x1, condition
