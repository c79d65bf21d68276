"""Mean flow: the Eulerian loss along each sample's own x₁ − x₀. Source: Geng, Deng, Bai, Kolter and He 2025."""

from dataclasses import dataclass

from torch import Tensor

from iadb_core.method.objective import AnyField
from iadb_core.method.objectives.eulerian import Eulerian


@dataclass(frozen=True)
class MeanFlow(Eulerian):
    """As `Eulerian`, with b = x₁ − x₀, whose mean is the field."""

    def direction(self, field: AnyField, x: Tensor, begin: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """As `Eulerian` says."""
        return difference if self.teacher is None else self.velocity(field, x, begin, *condition)


objective = MeanFlow
