"""The exact field between two mixtures of normal distributions, in closed form."""

from math import log, pi
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.method.exact_field import ExactField
from iadb_core.method.laws import Law, Mixture, Normal
from iadb_core.method.linear import LinearField

NUMBERS_AT_ONCE = 2**22


class Components(NamedTuple):
    """A mixture as tensors, float64. weights: (k,); means: (k, d); covariances: (k, d, d)."""

    weights: Tensor
    means: Tensor
    covariances: Tensor

    @property
    def mean(self) -> Tensor:
        """Of the whole, (d,)."""
        return self.weights @ self.means

    @property
    def covariance(self) -> Tensor:
        """Of the whole, (d, d): within the components, and between their means."""
        apart = self.means - self.mean
        within = (self.weights[:, None, None] * self.covariances).sum(dim=0)
        return within + (self.weights[:, None] * apart).T @ apart


def components(law: Law, dimension: int) -> Components | None:
    """A law as a mixture of normal distributions of so many coordinates, if it is one."""
    match law:
        case Normal(mean, std):
            whole = std**2 * torch.eye(dimension, dtype=torch.float64)
            means = torch.full((1, dimension), mean, dtype=torch.float64)
            return Components(torch.ones(1, dtype=torch.float64), means, whole[None])
        case Mixture(weights, means, covariances) if len(means[0]) == dimension:
            return Components(*(torch.tensor(part, dtype=torch.float64) for part in (weights, means, covariances)))
        case _:
            return None


class MixtureField(ExactField):
    """The exact field between mixtures p₀ = Σ wᵢN(mᵢ, Cᵢ) and p₁ = Σ vⱼN(nⱼ, Dⱼ).

    Given which component each sample is of, x_α is normal, with mean μ = (1 − α)mᵢ + αnⱼ and covariance
    S = (1 − α)²Cᵢ + α²Dⱼ, and E[x₁ − x₀ | x_α = x] = nⱼ − mᵢ + (αDⱼ − (1 − α)Cᵢ)S⁻¹(x − μ). The field is the mean
    of these, each pair as likely as Bayes' rule says: by wᵢvⱼN(x; μ, S).
    """

    linear: LinearField

    def __init__(self, source: Components, target: Components) -> None:
        self.linear = LinearField(source.mean, source.covariance, target.mean, target.covariance)
        pairs = [(i, j) for i in range(len(source.weights)) for j in range(len(target.weights))]
        self.of_source, self.of_target = (torch.tensor(side) for side in zip(*pairs, strict=True))
        self.weights = (source.weights[self.of_source] * target.weights[self.of_target]).log()
        self.means = source.means[self.of_source], target.means[self.of_target]  # each (pairs, d)
        self.covariances = source.covariances[self.of_source], target.covariances[self.of_target]

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, d); alpha: (batch,). Returns (batch, d), in the dtype of x."""
        if len(alpha) and bool((alpha == alpha[0]).all()):
            rows = max(1, NUMBERS_AT_ONCE // (len(self.weights) * x.shape[1]))
            return torch.cat([self._at(some, alpha[0].double()) for some in x.double().split(rows)]).to(x.dtype)
        rows = max(1, NUMBERS_AT_ONCE // (len(self.weights) * x.shape[1] ** 2))
        blocks = zip(x.double().split(rows), alpha.double().split(rows), strict=True)
        return torch.cat([self._block(*block) for block in blocks]).to(x.dtype)

    def _at(self, x: Tensor, alpha: Tensor) -> Tensor:
        """The same at one α, of which each pair has but one S."""
        (m, n), (c, d) = self.means, self.covariances
        factor = torch.linalg.cholesky((1 - alpha) ** 2 * c + alpha**2 * d)  #       (pairs, d, d)
        inverse = torch.cholesky_inverse(factor)
        centred = x[:, None] - (1 - alpha) * m - alpha * n  #                        (batch, pairs, d)
        solved = torch.einsum("pij,bpj->bpi", inverse, centred)
        moved = n - m + torch.einsum("pij,bpj->bpi", alpha * d - (1 - alpha) * c, solved)
        spread = factor.diagonal(dim1=-2, dim2=-1).log().sum(dim=-1)
        likely = self.weights - (centred * solved).sum(dim=-1) / 2 - spread
        return (likely.softmax(dim=1)[..., None] * moved).sum(dim=1)

    def _block(self, x: Tensor, alpha: Tensor) -> Tensor:
        (m, n), (c, d) = self.means, self.covariances
        a = alpha[:, None, None]
        centred = x[:, None] - (1 - a) * m - a * n  #                               (batch, pairs, d)
        a = a[..., None]
        factor = torch.linalg.cholesky((1 - a) ** 2 * c + a**2 * d)  #               (batch, pairs, d, d)
        solved = torch.cholesky_solve(centred[..., None], factor)[..., 0]  #         S⁻¹(x − μ)
        moved = n - m + ((a * d - (1 - a) * c) @ solved[..., None])[..., 0]
        spread = factor.diagonal(dim1=-2, dim2=-1).log().sum(dim=-1)
        likely = self.weights - (centred * solved).sum(dim=-1) / 2 - spread - x.shape[1] / 2 * log(2 * pi)
        return (likely.softmax(dim=1)[..., None] * moved).sum(dim=1)
