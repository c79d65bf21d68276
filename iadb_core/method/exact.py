"""The exact deblending field, E[x₁ − x₀ | x_α = x], where the densities are known: no network, no training.

Both oracles have the networks' signature, so that whatever takes a network takes them. x₁ − x₀ is
(x₁ − x)/(1 − α) and (x − x₀)/α at once, so either density's posterior mean gives the field.
"""

from collections.abc import Callable, Mapping
from math import ceil, sqrt
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.pixels import cell_masses

LOGITS_AT_ONCE = 2**26
PAIRS_AT_ONCE = 2**18  # temporaries that stay in the processor's cache
GAUSSIAN_LATTICE, GAUSSIAN_REACH = 192, 5.0
ALPHAS_OF_THE_LOSS = 10_000
LEAST_NODES, MOST_NODES = 2**12, 2**16


class PlaneDensity(NamedTuple):
    """A density of the plane: its value anywhere, quadrature points with weights, and its moments.

    value: (…, 2) to (…), up to a factor. points: (count, 2); weights: (count,), which sum to one. mean, covariance:
    (2,) and (2, 2), float64.
    """

    value: Callable[[Tensor], Tensor]
    points: Tensor
    weights: Tensor
    mean: Tensor
    covariance: Tensor


def picture_density(picture: np.ndarray) -> PlaneDensity:
    """A picture, (height, width), constant on each pixel of the unit square: row, then column."""
    pixels = torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32))
    height, width = pixels.shape
    with_border = torch.nn.functional.pad(pixels, (1, 1, 1, 1)).flatten()  # so that outside is a place too

    def value(x: Tensor) -> Tensor:
        row = (x[..., 0] * height).floor_().clamp_(-1, height).to(torch.int32)
        column = (x[..., 1] * width).floor_().clamp_(-1, width).to(torch.int32)
        return with_border[row.add_(1).mul_(width + 2).add_(column).add_(1)]

    nodes = quadrature_grid(picture)
    bright = torch.from_numpy(np.argwhere(nodes > 0))  # (nodes, 2)
    weights = torch.from_numpy(nodes[nodes > 0]).float()
    size = torch.tensor(nodes.shape)
    cell_variance = torch.diag(1 / (12 * size.double().square()))  # of a uniform density on each cell
    points, weights = (bright + 0.5) / size, weights / weights.sum()
    mean, covariance = _moments(points, weights)
    return PlaneDensity(value, points, weights, mean, covariance + cell_variance)


def quadrature_grid(picture: np.ndarray) -> np.ndarray:
    """The picture's mass on a grid of between 2¹² and 2¹⁶ bright cells, as far as whole factors give them.

    A coarse picture's pixels are divided, since its density is constant on them, not concentrated in their middles; a
    fine one's are joined, which bounds the work.
    """
    bright, (height, width) = np.count_nonzero(picture), picture.shape
    if bright < LEAST_NODES:
        factor = ceil(sqrt(LEAST_NODES / bright))
        return picture.repeat(factor, axis=0).repeat(factor, axis=1)
    factor = ceil(sqrt(bright / MOST_NODES))
    return cell_masses(picture, ceil(height / factor), ceil(width / factor))


def gaussian_density(mean: float, std: float) -> PlaneDensity:
    """An isotropic Gaussian of the plane, on a lattice that reaches five standard deviations."""
    line = mean + std * torch.linspace(-GAUSSIAN_REACH, GAUSSIAN_REACH, GAUSSIAN_LATTICE)
    points = torch.cartesian_prod(line, line)

    def value(x: Tensor) -> Tensor:
        return torch.exp(-0.5 * ((x - mean) / std).square().sum(dim=-1))

    weights = value(points)
    middle = torch.full((2,), mean, dtype=torch.float64)
    return PlaneDensity(value, points, weights / weights.sum(), middle, std**2 * torch.eye(2, dtype=torch.float64))


def _moments(points: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    points, weights = points.double(), weights.double() / weights.double().sum()
    mean = weights @ points
    return mean, (weights[:, None] * (points - mean)).T @ (points - mean)


class LinearField:
    """The field that is linear in x with the least loss; it needs the two densities' means and covariances alone.

    Between Gaussians it is the exact one. Its loss has a closed form, so that another field's loss is known from the
    difference of the two, which varies much less from blend to blend.
    """

    def __init__(self, mean0: Tensor, cov0: Tensor, mean1: Tensor, cov1: Tensor) -> None:
        """Take the means, (d,), and covariances, (d, d), of both densities, float64."""
        self.mean0, self.cov0, self.mean1, self.cov1 = mean0, cov0, mean1, cov1

    def _slope(self, alpha: Tensor) -> Tensor:
        """Cov(x₁ − x₀, x_α)·Cov(x_α)⁻¹, (batch, d, d), for alpha, (batch,)."""
        alpha = alpha[:, None, None]
        shared = alpha * self.cov1 - (1 - alpha) * self.cov0
        return torch.linalg.solve((1 - alpha) ** 2 * self.cov0 + alpha**2 * self.cov1, shared, left=False)

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, d); alpha: (batch,). Returns (batch, d), in the dtype of x."""
        wide = alpha.double()
        centred = x.double() - (1 - wide)[:, None] * self.mean0 - wide[:, None] * self.mean1
        moved = (self._slope(wide) @ centred[:, :, None])[:, :, 0]
        return (self.mean1 - self.mean0 + moved).to(x.dtype)

    def loss(self) -> float:
        """Its loss per coordinate, α uniform in [0, 1]: the mean of tr(C₀ + C₁ − slope·Cov(x_α, x₁ − x₀))/d."""
        alpha = (torch.arange(ALPHAS_OF_THE_LOSS, dtype=torch.float64) + 0.5) / ALPHAS_OF_THE_LOSS
        shared = alpha[:, None, None] * self.cov1 - (1 - alpha)[:, None, None] * self.cov0
        explained = (self._slope(alpha) @ shared.mT).diagonal(dim1=1, dim2=2).sum(dim=1).mean()
        return float((self.cov0 + self.cov1).trace() - explained) / len(self.mean0)


class PlaneField:
    """The exact field between two densities of the plane, by quadrature over the pixels of one of them.

    Up to α = ½ the sum is over x₁, beyond it over x₀, so that the other sample moves by at most as much as the
    quadrature point, and neither 1/α nor 1/(1 − α) is larger than 2. Where no pair blends into x, the field is the
    difference of the two means, so that a trajectory that strays goes on.
    """

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
        y, share = quadrature.points, share[:, None, None]
        z = (x[:, None, :] - share * y) / (1 - share)  #           (batch, points, 2)
        weights = other.value(z) * quadrature.weights  #           (batch, points)
        return (weights @ y.to(weights.dtype) / weights.sum(dim=1, keepdim=True)).to(x.dtype)


class DataField:
    """The exact field from a Gaussian to a finite data set: a softmax-weighted mean over the data.

    data: (count, *shape). The source is N(mean, std²) in every coordinate. Where the network can only generalise,
    this field knows every sample by heart: following it ends at samples of the data.
    """

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
        logits = (alpha * (centred @ self.data.T) - alpha.square() / 2 * self.squares) / (left * self.std).square()
        expected = logits.softmax(dim=1) @ self.data
        return torch.where(alpha < 1, (expected - x) / left, x - self.mean)


class Reversed:
    """The field of the same pairs with source and target exchanged: D(x, α) = −D'(x, 1 − α)."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        return -self.field(x, 1 - alpha)


def exact_field(
    source: Mapping[str, Any], target: Mapping[str, Any], pictures: Mapping[str, np.ndarray], data: Mapping[str, Tensor]
) -> Field | None:
    """The exact field between two densities, where there is one; else None (both are image data sets, say).

    source, target: the densities' settings by their kind. pictures: by side, (height, width). data: by side, the
    training samples of an image data set as the network sees them, (count, *shape).
    """
    if not data:
        plane = {
            side: picture_density(pictures[side]) if side in pictures else gaussian_density(**density["gaussian"])
            for side, density in (("source", source), ("target", target))
        }
        return PlaneField(plane["source"], plane["target"])
    if "target" in data and "gaussian" in source:
        return DataField(data["target"], **source["gaussian"])
    if "source" in data and "gaussian" in target:
        return Reversed(DataField(data["source"], **target["gaussian"]))
    return None
