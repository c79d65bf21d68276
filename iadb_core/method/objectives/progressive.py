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
        begin, end = times.unbind(1)
        share = self.shares(len(x)).to(begin)
        middle = torch.lerp(begin, end, share)
        with torch.no_grad():
            first = field(x, between(begin, middle), *condition)
            reached = x + per_sample(middle - begin, x) * first
            second = field(reached, between(middle, end), *condition)
            wanted = torch.lerp(second, first, per_sample(share, x))
        return (field(x, times, *condition) - wanted).square().sum()

    def shares(self, count: int) -> Tensor:
        """γ of each row, (count,): the multiples of the golden section, which fill [0, 1) evenly whatever the count."""
        return (torch.arange(1, count + 1) * GOLDEN) % 1


objective = Progressive
