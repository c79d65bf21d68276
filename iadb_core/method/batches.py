"""What a training takes: a batch of pairs for each step, and blocks of several batches."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from torch import Tensor


def rows_of_share(first: int, count: int, share: float) -> list[int]:
    """Which of `count` rows of a batch, of which number `first` is the first one, belong to a share: evenly spread, and
    the same whichever process has which rows.
    """
    every = range(first, first + count)
    return [row - first for row in every if int((row + 1) * share) > int(row * share)]


@dataclass(frozen=True)
class Batch:
    """What one step trains on.

    x0, x1: (batch, *shape), paired; alpha: (batch,), or two of each, (batch, 2). condition: of x₁, (batch, …), if any.
    """

    x0: Tensor
    x1: Tensor
    alpha: Tensor
    condition: Tensor | None = None


@dataclass(frozen=True)
class Block:
    """Several batches that are drawn at once.

    x0, x1: (batches, batch, *shape), paired; alpha: (batches, batch), or two of each, (batches, batch, 2). condition:
    of x₁, (batches, batch, …), if any.
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
