"""Where a jump ends, it moves on as the field does there: ∂X_{s,t}/∂t = v_{t,t}(X_{s,t}).

Source: Boffi, Albergo and Vanden-Eijnden 2025, Lagrangian self-distillation.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.flow_map import SelfDistillation, jump
from iadb_core.method.objective import AnyField


@dataclass(frozen=True)
class Lagrangian(SelfDistillation):
    """Σ(∂X_{s,t}(x_s)/∂t − v_{t,t}(X_{s,t}(x_s)))², with no gradient through the last."""

    def of_jumps(self, field: AnyField, x: Tensor, times: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """As `SelfDistillation` says. By forward mode: one pass gives the end of the jump and how it moves with t."""
        begin, end = times.unbind(1)

        def ends(until: Tensor) -> Tensor:
            return jump(field, x, begin, until, *condition)

        reached, moves = torch.func.jvp(ends, (end,), (torch.ones_like(end),))[:2]
        wanted = self.velocity(field, reached.detach(), end, *condition)
        return (moves - wanted).square().sum()


objective = Lagrangian
