"""One jump ends where two do: X_{s,t} = X_{u,t}(X_{s,u}), s ≤ u ≤ t.

Source: Boffi, Albergo and Vanden-Eijnden 2025, progressive self-distillation.
"""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from iadb_core.method.blending import per_sample
from iadb_core.method.flow_map import SelfDistillation, between
from iadb_core.method.objective import AnyField

GOLDEN = (sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Progressive(SelfDistillation):
    """Σ(v_{s,t}(x_s) − (γ·v_{s,u}(x_s) + (1 − γ)·v_{u,t}(X_{s,u}(x_s))))², u = s + γ(t − s).

    No gradient goes through the two jumps.
    """

    def of_jumps(self, field: AnyField, x: Tensor, times: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """As `SelfDistillation` says. No derivative is taken."""
        begin, middle, end, share = times.unbind(1)
        with torch.no_grad():
            first = field(x, between(begin, middle), *condition)
            reached = x + per_sample(middle - begin, x) * first
            second = field(reached, between(middle, end), *condition)
            wanted = torch.lerp(second, first, per_sample(share, x))
        return (field(x, between(begin, end), *condition) - wanted).square().sum()

    def times(self, alpha: Tensor, first: int) -> Tensor:
        """s, u, t and γ of each row, (batches, batch, 4); first: as of `examples`."""
        begin, end = super().times(alpha, first).unbind(2)
        share = self.shares(torch.arange(first, first + alpha.shape[1], device=alpha.device)).to(alpha)
        return torch.stack([begin, torch.lerp(begin, end, share), end, share.expand_as(begin)], dim=2)

    def shares(self, rows: Tensor) -> Tensor:
        """γ by the number of the row: multiples of the golden section, which fill [0, 1) evenly whatever the batch."""
        return (rows + 1) * GOLDEN % 1


objective = Progressive
