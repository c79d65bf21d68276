"""The map from x₀ to x₁ that a network's trajectories make: its cost, how straight its paths are, whether it returns.

Samples are flattened, and squares are summed over their coordinates, in float64.
"""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from iadb_core.system.errors import InputError


class Paths(NamedTuple):
    """The geometry of trajectories.

    transport_cost: E‖x₁ − x₀‖². path_energy: ∫ E‖dx/dα‖² dα. straightness: ∫ E‖(x₁ − x₀) − dx/dα‖² dα, zero for
    straight paths at constant speed (Liu et al. 2022); it is the energy less the cost. All in the samples' unit,
    squared.
    """

    transport_cost: float
    path_energy: float
    straightness: float


class PathMeter:
    """Measures trajectories as they are followed, batch by batch; keeps no more than one state of a batch.

    alphas: of the states, from x₀ to x₁. Between two states the velocity is their difference over Δα, which for Euler's
    method is the network's own answer.
    """

    def __init__(self, alphas: Sequence[float]) -> None:
        self.alphas, self.samples = alphas, 0
        self.cost, self.energy = 0.0, 0.0

    def update(self, index: int, x: Tensor) -> None:
        """Take the state of a batch, (batch, …), at alphas[index]; a batch's states come in order."""
        if index == 0:
            self.start, self.previous, self.samples = x, x, self.samples + len(x)
        else:
            self.energy += _squares(x - self.previous) / (self.alphas[index] - self.alphas[index - 1])
        if index == len(self.alphas) - 1:
            self.cost += _squares(x - self.start)
        self.previous = x

    def paths(self) -> Paths:
        """What all batches' trajectories are like."""
        cost, energy = self.cost / self.samples, self.energy / self.samples
        return Paths(cost, energy, max(0.0, energy - cost))


def _squares(x: Tensor) -> float:
    return float(x.double().square().sum())


def path_energy_error(path_energy: float, wasserstein2: float) -> float:
    """|energy − W₂²|/W₂²: how much longer than optimal transport's the paths are. Source: Tong et al. 2024.

    wasserstein2: between the starts and real samples of the target, not squared. Raises InputError if it is zero.
    """
    if not wasserstein2 > 0:
        raise InputError("no normalised path energy error: the starts are the samples of the target")
    return abs(path_energy - wasserstein2**2) / wasserstein2**2


def root_mean_square(a: Tensor, b: Tensor) -> float:
    """√ of the mean squared difference of all coordinates; a, b: (batch, …)."""
    return float((a.double() - b.double()).square().mean().sqrt())
