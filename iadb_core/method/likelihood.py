"""How likely a sample is under a flow: by following it back, and how much the flow has spread on the way.

The density of x_α, carried by the field, changes along a path as d log p_α(x_α)/dα = −div D(x_α, α), so that
log p₁(x₁) = log p₀(x₀) − ∫ div D dα. Source: Chen et al. 2018, Neural ordinary differential equations.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.method.densities import LogDensity
from iadb_core.method.divergence import Divergence
from iadb_core.method.fields import Field
from iadb_core.method.integration import Solver


class Carried(NamedTuple):
    """Samples at the other end of their paths, (count, *shape), and ∫ div D dα along them, (count,); float64."""

    x: Tensor
    spread: Tensor


def carried(
    field: Field,
    divergence: Divergence,
    solver: Solver,
    alphas: Sequence[float],
    x: Tensor,
    backward: bool = False,
) -> Carried:
    """Follow samples, (count, *shape), and how much the field spreads, as one more coordinate of each.

    alphas: from α to a later one, of which the path is followed, the other way if `backward`. The states are float64,
    so that rounding adds up to nothing; the field may compute in less.
    """
    spreading, count = divergence.of(field), len(x)

    shape = x.shape

    def both(x: Tensor, alpha: Tensor) -> Tensor:
        velocity, spread = spreading(x[:, :-1].reshape(shape), alpha)
        return torch.cat([velocity.reshape(count, -1), spread[:, None]], dim=1).to(x.dtype)

    state = torch.cat([x.double().reshape(count, -1), x.new_zeros(count, 1, dtype=torch.float64)], dim=1)
    with torch.no_grad():
        for _, reached in solver(both, state, alphas[::-1] if backward else alphas, derivatives=True):
            state = reached
    spread = -state[:, -1] if backward else state[:, -1]
    return Carried(state[:, :-1].reshape(shape), spread)


def log_likelihood(
    field: Field,
    divergence: Divergence,
    solver: Solver,
    alphas: Sequence[float],
    x: Tensor,
    source: LogDensity,
) -> Tensor:
    """Log p(x) of samples, (count,), float64, under the flow from the source by a field; as `carried`."""
    found = carried(field, divergence, solver, alphas, x, backward=True)
    return source(found.x.cpu()) - found.spread.cpu()
