"""What a network is trained to minimise."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from iadb_core.method.batches import Block
from iadb_core.method.blending import blend, deblending_loss

Examples = tuple[Tensor, ...]  # what a loss is computed from, each (batches, batch, …)


class Objective(Protocol):
    """A loss of (network, batch), apart from how its gradient is found."""

    def examples(self, block: Block) -> Examples:
        """What the losses of the block's batches are computed from: as much as can be done for all at once."""
        ...

    def loss(self, field: Callable[..., Tensor], *example: Tensor) -> Tensor:
        """The sum loss of one batch, a scalar.

        field: of x, α and the condition, if there is one. example: one batch of each of the `examples`.
        """
        ...


class Deblending:
    """The paper's: tell x₁ − x₀ from the blend. Source: Heitz et al. 2023, algorithm 3."""

    def examples(self, block: Block) -> Examples:
        """x_α, α, x₀ and x₁ of all batches, and the condition of x₁, if there is one."""
        alpha = block.alpha.flatten()
        x = blend(block.x0.flatten(0, 1), block.x1.flatten(0, 1), alpha).view_as(block.x0)
        told = () if block.condition is None else (block.condition,)
        return x, block.alpha, block.x0, block.x1, *told

    def loss(self, field: Callable[..., Tensor], *example: Tensor) -> Tensor:
        """Σ(D(x_α, α) − (x₁ − x₀))²."""
        x, alpha, x0, x1, *condition = example
        return deblending_loss(field(x, alpha, *condition), x0, x1)


class Regression:
    """Tell x₁ from its condition alone: the mean of all that it may be. What (de)blending is held against.

    The network is called with x = 0 and α = 0.
    """

    def examples(self, block: Block) -> Examples:
        """Zeros for x and α, x₁, and its condition."""
        assert block.condition is not None
        return torch.zeros_like(block.x1), torch.zeros_like(block.alpha), block.x1, block.condition

    def loss(self, field: Callable[..., Tensor], *example: Tensor) -> Tensor:
        """Σ(D(0, 0, condition) − x₁)²."""
        x, alpha, x1, condition = example
        return (field(x, alpha, condition) - x1).square().sum()


OBJECTIVES: dict[str, type[Objective]] = {"deblending": Deblending, "regression": Regression}
