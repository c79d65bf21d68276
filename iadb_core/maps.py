"""The map from x₀ to x₁ that a network's trajectories make: its cost, how straight its paths are, whether it returns.

Samples are flattened, and squares are summed over their coordinates, in float64.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from torch import Tensor


class Paths(NamedTuple):
    """The geometry of trajectories.

    transport_cost: E‖x₁ − x₀‖². path_energy: ∫ E‖dx/dα‖² dα. straightness: ∫ E‖(x₁ − x₀) − dx/dα‖² dα, zero for
    straight paths at constant speed (Liu et al. 2022); it is the energy less the cost. All in the samples' unit,
    squared.
    """

    transport_cost: float
    path_energy: float
    straightness: float


def _mean_square(x: Tensor) -> float:
    return float(x.flatten(1).double().square().sum(dim=1).mean())


def paths(alphas: Sequence[float], states: Iterable[Tensor]) -> Paths:
    """Measure trajectories by their states at each α: (batch, …) each, from x₀ to x₁.

    Between two states the velocity is their difference over Δα, which for Euler's method is the network's own answer.
    """
    states = list(states)
    cost = _mean_square(states[-1] - states[0])
    steps = zip(pairwise(alphas), pairwise(states), strict=True)
    energy = sum(_mean_square(later - earlier) / (end - begin) for (begin, end), (earlier, later) in steps)
    return Paths(cost, energy, max(0.0, energy - cost))


def path_energy_error(path_energy: float, wasserstein2: float) -> float:
    """|energy − W₂²|/W₂²: how much longer than optimal transport's the paths are. Source: Tong et al. 2024.

    wasserstein2: between the starts and real samples of the target, not squared.
    """
    return abs(path_energy - wasserstein2**2) / wasserstein2**2


def root_mean_square(a: Tensor, b: Tensor) -> float:
    """√ of the mean squared difference of all coordinates; a, b: (batch, …)."""
    return float((a.double() - b.double()).square().mean().sqrt())
