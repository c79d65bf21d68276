"""The paper's first algorithm: (de)blending by chance. Source: Heitz et al. 2023, algorithm 1.

At each α a pair (x₀, x₁) is drawn from all that blend into x, and blended again at the next α. Where source and target
are exactly known, so are these pairs; a network tells but their mean difference, so that with it no pair can be drawn.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from iadb_core.method.exact import LOGITS_AT_ONCE, PAIRS_AT_ONCE, known_pair, pair_weights
from iadb_core.method.laws import Finite, Law, Normal
from iadb_core.method.mixtures import Components
from iadb_core.method.quadrature import PlaneDensity


class Posterior(Protocol):
    """Draws pairs that blend into given points."""

    def draw(self, x: Tensor, alpha: float, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """x₀ and x₁, (batch, *shape) each, with (1 − α)x₀ + αx₁ = x, as likely as source and target have them.

        x: (batch, *shape). alpha: from 0 to 1, less than 1.
        """
        ...


def posterior(source: Law | None, target: Law | None, shape: tuple[int, ...]) -> Posterior | None:
    """The pairs of two laws, where they can be drawn exactly; else None. shape: of a sample."""
    match source, target:
        case Normal(mean, std), Finite(samples):
            return OfData(samples, mean, std)
    match known_pair(source, target, shape):
        case (Components() as m0, Components() as m1):
            return OfMixtures(m0, m1)
        case (PlaneDensity() as p0, PlaneDensity() as p1):
            return OfPlane(p0, p1)
    return None


def stochastic(
    pairs: Posterior, x: Tensor, alphas: Sequence[float], draws: torch.Generator
) -> Iterator[tuple[float, Tensor]]:
    """Yield (α, x_α) for every α of the schedule, the start included. x: (batch, *shape), samples of the source."""
    yield alphas[0], x
    for alpha, following in pairwise(alphas):
        x0, x1 = pairs.draw(x, alpha, draws)
        x = (1 - following) * x0 + following * x1
        yield following, x


class OfMixtures:
    """Pairs of mixtures of normal distributions, in closed form.

    Which components they are of is drawn first, by wᵢvⱼN(x; μ, S); given those, x₁ is normal with mean
    nⱼ + αDⱼS⁻¹(x − μ) and covariance Dⱼ − α²DⱼS⁻¹Dⱼ, with μ = (1 − α)mᵢ + αnⱼ and S = (1 − α)²Cᵢ + α²Dⱼ.
    """

    def __init__(self, source: Components, target: Components) -> None:
        self.source, self.target = source, target

    def draw(self, x: Tensor, alpha: float, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """As `Posterior` says."""
        m, n = self.source.means[:, None], self.target.means[None]  # (k, 1, d), (1, l, d)
        c, d = self.source.covariances[:, None], self.target.covariances[None]
        s = ((1 - alpha) ** 2 * c + alpha**2 * d).flatten(0, 1)  # (pairs, d, d)
        centred = x.double()[:, None] - ((1 - alpha) * m + alpha * n).flatten(0, 1)
        factor = torch.linalg.cholesky(s)
        solved = torch.cholesky_solve(centred[..., None], factor)[..., 0]
        weights = (self.source.weights.log()[:, None] + self.target.weights.log()).flatten()
        logits = weights - (centred * solved).sum(dim=2) / 2 - factor.diagonal(dim1=1, dim2=2).log().sum(dim=1)
        which = torch.multinomial(logits.softmax(dim=1), 1, generator=draws)[:, 0]
        own = which % len(self.target.weights)
        gain = alpha * self.target.covariances[own] @ torch.linalg.inv(s)[which]  # αDS⁻¹
        mean = self.target.means[own] + (gain @ centred[torch.arange(len(x)), which][..., None])[..., 0]
        left = self.target.covariances[own] - alpha * gain @ self.target.covariances[own]
        noise = torch.randn(mean.shape, generator=draws, dtype=torch.float64)
        x1 = mean + (_root(left) @ noise[..., None])[..., 0]
        x0 = (x.double() - alpha * x1) / (1 - alpha)
        return x0.to(x.dtype), x1.to(x.dtype)


def _root(covariance: Tensor) -> Tensor:
    """A matrix whose square is a covariance, which may be singular, (…, d, d)."""
    values, vectors = torch.linalg.eigh((covariance + covariance.mT) / 2)
    return vectors * values.clamp_min(0).sqrt()[..., None, :]


class OfData:
    """Pairs of a Gaussian and a finite data set: which sample x₁ is, is drawn; x₀ is what is left."""

    def __init__(self, data: Tensor, mean: float, std: float) -> None:
        self.data, self.mean, self.std = data.flatten(1), mean, std
        self.squares = self.data.square().sum(dim=1)

    def draw(self, x: Tensor, alpha: float, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """As `Posterior` says."""
        found, data, squares = [], self.data.to(x.dtype), self.squares.to(x.dtype)
        for some in x.flatten(1).split(max(1, LOGITS_AT_ONCE // len(data))):
            centred = some - (1 - alpha) * self.mean
            logits = alpha * (centred @ data.T) - alpha**2 / 2 * squares
            likely = (logits / ((1 - alpha) * self.std) ** 2).softmax(dim=1)
            found.append(data[torch.multinomial(likely, 1, generator=draws)[:, 0]])
        x1 = torch.cat(found).view_as(x)
        return (x - alpha * x1) / (1 - alpha), x1


class OfPlane:
    """Pairs of densities of the plane, by quadrature: a point of the one is drawn of those of a fine grid.

    As for the exact field, up to α = ½ of the target's, beyond it of the source's. Where no pair blends into x, both
    are drawn without it, and moved to blend into it.
    """

    def __init__(self, source: PlaneDensity, target: PlaneDensity) -> None:
        self.source, self.target = source, target

    def draw(self, x: Tensor, alpha: float, draws: torch.Generator) -> tuple[Tensor, Tensor]:
        """As `Posterior` says."""
        early = alpha <= 0.5
        quadrature, other = (self.target, self.source) if early else (self.source, self.target)
        share = alpha if early else 1 - alpha
        found = []
        for some in x.split(max(1, PAIRS_AT_ONCE // len(quadrature.points))):
            weights = pair_weights(some, some.new_full((len(some),), share), quadrature, other)
            nothing = weights.sum(dim=1, keepdim=True) <= 0
            likely = torch.where(nothing, quadrature.weights, weights)
            found.append(quadrature.points[torch.multinomial(likely, 1, generator=draws)[:, 0]])
        y = torch.cat(found).to(x.dtype)
        left = (x - share * y) / (1 - share)
        return (left, y) if early else (y, left)
