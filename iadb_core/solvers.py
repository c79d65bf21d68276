"""Following the deblending field from x₀ (α = 0) to x₁ (α = 1)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from iadb_core.networks import Field

Step = Callable[[Field, Tensor, float, float], Tensor]


def euler(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """X + Δα·D(x, α). One network evaluation, order 1. Source: Heitz et al. 2023, algorithm 4."""
    return x + increment * field(x, x.new_full((len(x),), alpha))


SOLVERS: dict[str, Step] = {"euler": euler}


def integrate(field: Field, x0: Tensor, alphas: Sequence[float], step: Step) -> Iterator[tuple[float, Tensor]]:
    """Yield (α, x_α) for every α of the schedule, the start included.

    x0: (batch, *shape), never changed. alphas: ascending, its increments are the steps' Δα. The states are
    detached from autograd; each is a new tensor.
    """
    x = x0
    yield alphas[0], x
    for alpha, following in pairwise(alphas):
        with torch.inference_mode():
            x = step(field, x, alpha, following - alpha)
        yield following, x
