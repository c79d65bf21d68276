"""The method of Dormand and Prince, which chooses its own steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import at


def precision_of_times(device: torch.device) -> torch.dtype:
    """In which α and the size of steps are computed: float64, which MPS does not have."""
    return torch.float32 if device.type == "mps" else torch.float64


@dataclass(frozen=True)
class Dopri5:
    """Steps of torchdiffeq's Dormand-Prince method that keep to the tolerances, relative and absolute, of each step.

    Six evaluations a step, all samples of the batch sharing the steps; order 5.
    """

    rtol: float = 0.00001
    atol: float = 0.00001
    evaluations: None = None

    def with_tolerances(self, rtol: float, atol: float) -> "Dopri5":
        """The same with other tolerances."""
        return Dopri5(rtol, atol)

    def __call__(
        self, field: Field, x: Tensor, alphas: Sequence[float], derivatives: bool = False
    ) -> Iterator[tuple[float, Tensor]]:
        """Yield (α, x_α) for every α of the schedule, as `Solver` says."""
        from torchdiffeq import odeint

        schedule = torch.tensor(alphas, dtype=precision_of_times(x.device), device=x.device)
        how: dict[str, Any] = {"method": "dopri5", "rtol": self.rtol, "atol": self.atol}
        how["options"] = {"dtype": schedule.dtype}
        with torch.inference_mode(not derivatives):
            states = odeint(lambda alpha, y: at(field, y, float(alpha)), x, schedule, **how)
        yield alphas[0], x
        yield from zip(alphas[1:], states[1:], strict=True)


SOLVER = Dopri5()
