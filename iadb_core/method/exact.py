"""The exact deblending field, E[x₁ − x₀ | x_α = x], where the densities are known: no network, no training.

The fields have the networks' signature, so that whatever takes a network takes them. x₁ − x₀ is
(x₁ − x)/(1 − α) and (x − x₀)/α at once, so either density's posterior mean gives the field.
"""

import torch
from torch import Tensor

from iadb_core.method.exact_field import ExactField
from iadb_core.method.laws import Finite, Law, Normal
from iadb_core.method.linear import LinearField
from iadb_core.method.mixtures import Components, MixtureField, components
from iadb_core.method.quadrature import PlaneDensity, plane_density

LOGITS_AT_ONCE = 2**26
PAIRS_AT_ONCE = 2**18  # temporaries that stay in the processor's cache


class PlaneField(ExactField):
    """The exact field between two densities of the plane, by quadrature over the pixels of one of them.

    Up to α = ½ the sum is over x₁, beyond it over x₀, so that the other sample moves by at most as much as the
    quadrature point, and neither 1/α nor 1/(1 − α) is larger than 2. Where no pair blends into x, the field is the
    difference of the two means, so that a trajectory that strays goes on.
    """

    linear: LinearField

    def __init__(self, source: PlaneDensity, target: PlaneDensity) -> None:
        self.source, self.target = source, target
        self.linear = LinearField(source.mean, source.covariance, target.mean, target.covariance)

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, 2); alpha: (batch,). Returns (batch, 2), in the dtype of x."""
        field = self.where_known(x, alpha)
        return torch.where(field.isnan(), (self.linear.mean1 - self.linear.mean0).to(x.dtype), field)

    def where_known(self, x: Tensor, alpha: Tensor) -> Tensor:
        """As the call, but NaN where no pair blends into x: there is no mean difference."""
        field = torch.empty_like(x)
        early = alpha <= 0.5
        for chosen, quadrature, other, share, sign in (
            (early, self.target, self.source, alpha, 1.0),
            (~early, self.source, self.target, 1 - alpha, -1.0),
        ):
            rows = chosen.nonzero()[:, 0]
            for block in rows.split(max(1, PAIRS_AT_ONCE // len(quadrature.points))):
                mean = self._posterior_mean(x[block], share[block], quadrature, other)
                field[block] = sign * (mean - x[block]) / (1 - share[block])[:, None]
        return field

    @staticmethod
    def _posterior_mean(x: Tensor, share: Tensor, quadrature: PlaneDensity, other: PlaneDensity) -> Tensor:
        """E[y | x = share·y + (1 − share)·z], y of `quadrature`, z of `other`; NaN where there is no such pair."""
        weights = pair_weights(x, share, quadrature, other)
        return (weights @ quadrature.points.to(weights.dtype) / weights.sum(dim=1, keepdim=True)).to(x.dtype)


def pair_weights(x: Tensor, share: Tensor, quadrature: PlaneDensity, other: PlaneDensity) -> Tensor:
    """How likely each point y of `quadrature` is in x = share·y + (1 − share)·z, z of `other`: (batch, points), not
    normalised. x: (batch, 2); share: (batch,), below 1.
    """
    share = share[:, None, None]
    z = (x[:, None, :] - share * quadrature.points) / (1 - share)  # (batch, points, 2)
    return other.density(z) * quadrature.weights


class DataField(ExactField):
    """The exact field from a Gaussian to a finite data set: a softmax-weighted mean over the data.

    data: (count, *shape). The source is N(mean, std²) in every coordinate. Where the network can only generalise,
    this field knows every sample by heart: following it ends at samples of the data.
    """

    bounded = False

    def __init__(self, data: Tensor, mean: float, std: float) -> None:
        self.shape, self.mean, self.std = data.shape[1:], mean, std
        self.data = data.flatten(1)
        self.squares = self.data.square().sum(dim=1)

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape); x − mean at α = 1."""
        rows = max(1, LOGITS_AT_ONCE // len(self.data))
        blocks = zip(x.flatten(1).split(rows), alpha[:, None].split(rows), strict=True)
        return torch.cat([self._block(*block) for block in blocks]).reshape(x.shape)

    def _block(self, x: Tensor, alpha: Tensor) -> Tensor:
        left = (1 - alpha).clamp_min(torch.finfo(x.dtype).tiny)
        centred = x - (1 - alpha) * self.mean
        # −‖centred − α·x₁‖² / (2(1 − α)²std²), without the term that is the same for all x₁
        data, squares = self.data.to(x.dtype), self.squares.to(x.dtype)
        logits = (alpha * (centred @ data.T) - alpha.square() / 2 * squares) / (left * self.std).square()
        expected = logits.softmax(dim=1) @ data
        return torch.where(alpha < 1, (expected - x) / left, x - self.mean)


class Reversed(ExactField):
    """The field of the same pairs with source and target exchanged: D(x, α) = −D'(x, 1 − α).

    field: from noise to a finite data set.
    """

    leads = False

    def __init__(self, field: DataField) -> None:
        self.field = field

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        return -self.field(x, 1 - alpha)


def exact_field(source: Law | None, target: Law | None, shape: tuple[int, ...]) -> ExactField | None:
    """The exact field between two densities, where there is one; else None (both are image data sets, say).

    shape: of a sample.
    """
    match source, target:
        case Normal(mean, std), Finite(samples):
            return DataField(samples, mean, std)
        case Finite(samples), Normal(mean, std):
            return Reversed(DataField(samples, mean, std))
    match known_pair(source, target, shape):
        case (Components() as m0, Components() as m1):
            return MixtureField(m0, m1)
        case (PlaneDensity() as p0, PlaneDensity() as p1):
            return PlaneField(p0, p1)
    return None


def known_pair(
    source: Law | None, target: Law | None, shape: tuple[int, ...]
) -> tuple[Components, Components] | tuple[PlaneDensity, PlaneDensity] | None:
    """Both densities of points as mixtures of normal distributions, or else as densities of the plane; None if one is
    neither. shape: of a sample.
    """
    if source is None or target is None or len(shape) != 1:
        return None
    m0, m1 = components(source, shape[0]), components(target, shape[0])
    if m0 and m1:
        return m0, m1
    if shape != (2,):
        return None
    p0, p1 = plane_density(source), plane_density(target)
    return (p0, p1) if p0 and p1 else None
