"""Tell x₁ − x₀ from the blend. Source: Heitz et al. 2023, algorithm 3."""

from dataclasses import dataclass

from torch import Tensor

from iadb_core.method.batches import Block
from iadb_core.method.blending import blend, deblending_loss
from iadb_core.method.objective import AnyField, Examples


@dataclass(frozen=True)
class Deblending:
    """The paper's: Σ(D(x_α, α) − (x₁ − x₀))²."""

    jumps = False

    def examples(self, block: Block, first: int = 0) -> Examples:
        """x_α, α, x₀ and x₁ of all batches, and the condition of x₁, if there is one."""
        alpha = block.alpha.flatten()
        x = blend(block.x0.flatten(0, 1), block.x1.flatten(0, 1), alpha).view_as(block.x0)
        told = () if block.condition is None else (block.condition,)
        return x, block.alpha, block.x0, block.x1, *told

    def loss(self, field: AnyField, *example: Tensor) -> Tensor:
        """As `Objective` says."""
        x, alpha, x0, x1, *condition = example
        return deblending_loss(field(x, alpha, *condition), x0, x1)


objective = Deblending
