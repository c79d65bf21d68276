"""Where a jump ends, it moves on as the field does there: ∂X_{s,t}/∂t = v_{t,t}(X_{s,t}).

Source: Boffi, Albergo and Vanden-Eijnden 2025, Lagrangian self-distillation.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.blending import per_sample
from iadb_core.method.flow_map import SelfDistillation, between
from iadb_core.method.objective import AnyField


@dataclass(frozen=True)
class Lagrangian(SelfDistillation):
    """Σ(v_{s,t}(x_s) − (v_{t,t}(X_{s,t}(x_s)) − (t − s)·∂v_{s,t}(x_s)/∂t))².

    The equation above, solved for v_{s,t}. No gradient goes through what that is compared with: with one through the
    derivative, trainings diverge at rates that are otherwise the best.
    """

    def of_jumps(self, field: AnyField, x: Tensor, times: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """As `SelfDistillation` says. By forward mode: one pass gives v_{s,t} and how it changes with t."""
        begin, end = times.unbind(1)
        far = per_sample(end - begin, x)

        def mean_velocity(end: Tensor) -> Tensor:
            return field(x, between(begin, end), *condition)

        with torch.no_grad():
            moved, changes = torch.func.jvp(mean_velocity, (end,), (torch.ones_like(end),))[:2]
            wanted = self.velocity(field, x + far * moved, end, *condition) - far * changes
        return (field(x, times, *condition) - wanted).square().sum()


objective = Lagrangian
