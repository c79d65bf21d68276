"""Every x₀ with any x₁, as they were drawn. Source: Heitz et al. 2023, section 3."""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.coupling import Coupled


@dataclass(frozen=True)
class Independent:
    """The samples as they came, drawn independently."""

    apart = True
    aligned = False
    at_once = None

    def __call__(
        self, x0: Tensor, x1: Tensor, condition: Tensor | None = None, draws: torch.Generator | None = None
    ) -> Coupled:
        """As `Coupling` says."""
        return x0, x1, condition


coupling = Independent
