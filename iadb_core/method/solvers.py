"""Following the deblending field between x₀ (α = 0) and x₁ (α = 1), in either direction.

A solver takes (field, x, alphas) and yields (α, x_α) for every α of the schedule, the start included; it never
changes the x it is given. Most are one step function over the same loop, `integrate`.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from iadb_core.method.fields import Field

Step = Callable[[Field, Tensor, float, float], Tensor]
Solver = Callable[[Field, Tensor, Sequence[float]], Iterator[tuple[float, Tensor]]]


def at(field: Field, x: Tensor, alpha: float) -> Tensor:
    """The field at x, (batch, *shape), all of it at one α: one network evaluation."""
    return field(x, x.new_full((len(x),), alpha))


def euler(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """X + Δα·D(x, α). One evaluation, order 1. Source: Heitz et al. 2023, algorithm 4."""
    return x + increment * at(field, x, alpha)


def midpoint(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """A step with the field half way, where half a step of Euler leads. Two evaluations, order 2."""
    half = x + increment / 2 * at(field, x, alpha)
    return x + increment * at(field, half, alpha + increment / 2)


def heun(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """A step with the mean of the field here and where a step of Euler leads. Two evaluations, order 2."""
    here = at(field, x, alpha)
    there = at(field, x + increment * here, alpha + increment)
    return x + increment / 2 * (here + there)


def rk4(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """The classical Runge-Kutta step. Four evaluations, order 4."""
    half = increment / 2
    k1 = at(field, x, alpha)
    k2 = at(field, x + half * k1, alpha + half)
    k3 = at(field, x + half * k2, alpha + half)
    k4 = at(field, x + increment * k3, alpha + increment)
    return x + increment / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


STEPS: dict[str, Step] = {"euler": euler, "midpoint": midpoint, "heun": heun, "rk4": rk4}
EVALUATIONS_A_STEP = {"euler": 1, "midpoint": 2, "heun": 2, "rk4": 4}


def integrate(field: Field, x: Tensor, alphas: Sequence[float], step: Step = euler) -> Iterator[tuple[float, Tensor]]:
    """Yield (α, x_α) for every α of the schedule, the start included, one step from each to the next.

    x: (batch, *shape), never changed. alphas: ascending from x₀ to x₁, descending from x₁ to x₀; their differences
    are the steps' Δα. The states are detached from autograd; each after the first, x itself, is a new
    tensor.
    """
    yield alphas[0], x
    for alpha, following in pairwise(alphas):
        with torch.inference_mode():
            x = step(field, x, alpha, following - alpha)
        yield following, x


def precision_of_times(device: torch.device) -> torch.dtype:
    """In which α and the size of steps are computed: float64, which MPS does not have."""
    return torch.float32 if device.type == "mps" else torch.float64


def dopri5(
    field: Field, x: Tensor, alphas: Sequence[float], rtol: float, atol: float
) -> Iterator[tuple[float, Tensor]]:
    """Yield what `integrate` does, with steps of torchdiffeq's Dormand-Prince method that keep to the tolerances.

    rtol, atol: relative and absolute, of the error of each step. Six evaluations a step, all samples of the batch
    sharing the steps; order 5.
    """
    from torchdiffeq import odeint

    schedule = torch.tensor(alphas, dtype=precision_of_times(x.device), device=x.device)
    how: dict[str, Any] = {"method": "dopri5", "rtol": rtol, "atol": atol, "options": {"dtype": schedule.dtype}}
    with torch.inference_mode():
        states = odeint(lambda alpha, y: at(field, y, float(alpha)), x, schedule, **how)
    yield alphas[0], x
    yield from zip(alphas[1:], states[1:], strict=True)


def make_solver(name: str, rtol: float, atol: float) -> Solver:
    """The solver of a name: a step function of `STEPS`, or `dopri5` with its tolerances."""
    if name == "dopri5":
        return partial(dopri5, rtol=rtol, atol=atol)
    return partial(integrate, step=STEPS[name])


class Counted:
    """A field that counts its evaluations: `evaluations` of batches, `samples` of single samples."""

    def __init__(self, field: Field) -> None:
        self.field, self.evaluations, self.samples = field, 0, 0

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        self.evaluations += 1
        self.samples += len(x)
        return self.field(x, alpha)
