"""Tell x₁ from its condition alone: the mean of all that it may be. What (de)blending is held against."""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.batches import Block
from iadb_core.method.objective import AnyField, Examples


@dataclass(frozen=True)
class Regression:
    """Σ(D(0, 0, condition) − x₁)²."""

    jumps = False

    def examples(self, block: Block, first: int = 0) -> Examples:
        """Zeros for x and α, x₁, and its condition."""
        assert block.condition is not None
        return torch.zeros_like(block.x1), torch.zeros_like(block.alpha), block.x1, block.condition

    def loss(self, field: AnyField, *example: Tensor) -> Tensor:
        """As `Objective` says."""
        x, alpha, x1, condition = example
        return (field(x, alpha, condition) - x1).square().sum()


objective = Regression
