"""Each x₀ with the x₁ that it belongs to: stored pairs, which are learnt as a map from one to the other."""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.coupling import Coupled


@dataclass(frozen=True)
class Pairs:
    """The samples as they came, drawn in one order, so that each row of one side has that of the other."""

    apart = True
    aligned = True
    at_once = None

    def __call__(
        self, x0: Tensor, x1: Tensor, condition: Tensor | None = None, draws: torch.Generator | None = None
    ) -> Coupled:
        """As `Coupling` says."""
        return x0, x1, condition


coupling = Pairs
