"""The closed form of deblending between two Gaussians N(m₀, s₀²) and N(m₁, s₁²), coordinate by coordinate."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from iadb_core.method.exact_field import ExactField
from iadb_core.method.fields import Field
from iadb_core.method.linear import LinearField


@dataclass
class Gaussians:
    m0: float
    s0: float
    m1: float
    s1: float

    def variance(self, alpha):
        return (1 - alpha) ** 2 * self.s0**2 + alpha**2 * self.s1**2

    def slope(self, alpha):
        """d E[x₁ − x₀ | x_α] / d x_α: covariance over variance."""
        return (alpha * self.s1**2 - (1 - alpha) * self.s0**2) / self.variance(alpha)

    def field(self, x: Tensor, alpha: Tensor) -> Tensor:
        alpha = alpha[:, None]
        mean = (1 - alpha) * self.m0 + alpha * self.m1
        return self.m1 - self.m0 + self.slope(alpha) * (x - mean)

    def flow(self, x0: Tensor, alpha: float = 1.0) -> Tensor:
        """Where the exact field carries x₀ by α: standardised coordinates do not change."""
        mean = (1 - alpha) * self.m0 + alpha * self.m1
        return mean + self.variance(alpha) ** 0.5 / self.s0 * (x0 - self.m0)

    def jump(self, x: Tensor, begin: Tensor, end: Tensor) -> Tensor:
        """Where the exact flow carries x, (batch, d), from one α to another, (batch,) each."""
        one, other = ((1 - alpha) * self.m0 + alpha * self.m1 for alpha in (begin, end))
        ratio = (self.variance(end) / self.variance(begin)) ** 0.5
        return other[:, None] + ratio[:, None] * (x - one[:, None])

    def loss_floor(self) -> float:
        """The expected squared error per coordinate of the exact field, α uniform in [0, 1]."""
        alpha = (np.arange(100_000) + 0.5) / 100_000
        return float(np.mean(self.s0**2 + self.s1**2 - self.slope(alpha) ** 2 * self.variance(alpha)))


class Known(ExactField):
    """A field that is taken for the exact one. linear: the best linear field beside it, if any."""

    def __init__(self, field: Field, linear: LinearField | None = None) -> None:
        self.field, self.linear = field, linear

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        return self.field(x, alpha)


CASE = Gaussians(m0=-1.0, s0=0.5, m1=2.0, s1=1.5)


def draw(case: Gaussians, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    x0, x1 = (torch.randn(count, 2, generator=generator, dtype=torch.float64) for _ in range(2))
    return case.m0 + case.s0 * x0, case.m1 + case.s1 * x1


def starts(count: int = 500) -> Tensor:
    """Draws of the first Gaussian of `CASE`, (count, 2), float64."""
    generator = torch.Generator().manual_seed(0)
    return CASE.m0 + CASE.s0 * torch.randn(count, 2, dtype=torch.float64, generator=generator)


def final(states: Iterable[tuple[float, Tensor]]) -> tuple[float, Tensor]:
    """The last (α, x_α) of a solver's states."""
    *_, last = states
    return last
