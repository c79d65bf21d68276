"""A jump ends at the same place from wherever on its path it begins: ∂X_{s,t}/∂s + ∇X_{s,t}·v_{s,s} = 0.

Source: Boffi, Albergo and Vanden-Eijnden 2025, Eulerian self-distillation; as the mean velocity of Geng et al. 2025.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.blending import per_sample
from iadb_core.method.flow_map import SelfDistillation, between
from iadb_core.method.objective import AnyField


@dataclass(frozen=True)
class Eulerian(SelfDistillation):
    """Σ(v_{s,t}(x_s) − (b + (t − s)·dv_{s,t}/ds))², b = v_{s,s}(x_s), along which x_s moves.

    No gradient goes through what v_{s,t} is compared with.
    """

    def of_jumps(self, field: AnyField, x: Tensor, times: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """As `SelfDistillation` says. By forward mode: one pass gives v_{s,t} and how it changes along the path."""
        begin, end = times.unbind(1)
        with torch.no_grad():
            along = self.direction(field, x, begin, difference, *condition)

            def mean_velocity(x: Tensor, begin: Tensor) -> Tensor:
                return field(x, between(begin, end), *condition)

            changes = torch.func.jvp(mean_velocity, (x, begin), (along, torch.ones_like(begin)))[1]
            wanted = along + per_sample(end - begin, x) * changes
        return (field(x, times, *condition) - wanted).square().sum()

    def direction(self, field: AnyField, x: Tensor, begin: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """b, (rows, …)."""
        return self.velocity(field, x, begin, *condition)


objective = Eulerian
