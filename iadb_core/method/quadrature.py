"""Densities of the plane as sums: their value anywhere, and points with weights that stand for them."""

from collections.abc import Callable
from math import ceil, pi, sqrt
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.method.laws import Law, Mixture, Normal, Pixels
from iadb_core.method.mixtures import Components, components
from iadb_core.method.pixels import cell_masses

GAUSSIAN_LATTICE, GAUSSIAN_REACH = 192, 5.0
LEAST_NODES, MOST_NODES = 2**12, 2**16


class PlaneDensity(NamedTuple):
    """A density of the plane: its value anywhere, quadrature points with weights, and its moments.

    density: (…, 2) to (…), which integrates to one. points: (count, 2); weights: (count,), which sum to one. mean,
    covariance: (2,) and (2, 2), float64.
    """

    density: Callable[[Tensor], Tensor]
    points: Tensor
    weights: Tensor
    mean: Tensor
    covariance: Tensor


def plane_density(law: Law) -> PlaneDensity | None:
    """A law of the plane, ready to be summed over; None for one that has no density."""
    match law:
        case Pixels(values):
            return _of_pixels(values)
        case Normal(mean, std):
            return _of_normal(mean, std)
        case Mixture():
            mixture = components(law, 2)
            return _of_mixture(mixture) if mixture else None
        case _:
            return None


def _of_pixels(picture: np.ndarray) -> PlaneDensity:
    """A picture, (height, width), constant on each pixel of the unit square: row, then column."""
    height, width = picture.shape
    of_one = picture * (height * width / picture.sum())  # a pixel has an area of 1/(height·width)
    pixels = torch.from_numpy(np.ascontiguousarray(of_one, dtype=np.float32))
    with_border = torch.nn.functional.pad(pixels, (1, 1, 1, 1)).flatten()  # so that outside is a place too

    def density(x: Tensor) -> Tensor:
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
    return PlaneDensity(density, points, weights, mean, covariance + cell_variance)


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


def _of_normal(mean: float, std: float) -> PlaneDensity:
    """An isotropic Gaussian of the plane, on a lattice that reaches five standard deviations."""
    line = mean + std * torch.linspace(-GAUSSIAN_REACH, GAUSSIAN_REACH, GAUSSIAN_LATTICE)
    points = torch.cartesian_prod(line, line)

    def density(x: Tensor) -> Tensor:
        return torch.exp(-0.5 * ((x - mean) / std).square().sum(dim=-1)) / (2 * pi * std**2)

    weights = density(points)
    middle = torch.full((2,), mean, dtype=torch.float64)
    return PlaneDensity(density, points, weights / weights.sum(), middle, std**2 * torch.eye(2, dtype=torch.float64))


def _of_mixture(mixture: Components) -> PlaneDensity:
    """A mixture of normal distributions, on a lattice that reaches five standard deviations around each."""
    reach = GAUSSIAN_REACH * mixture.covariances.diagonal(dim1=1, dim2=2).sqrt()
    low, high = (mixture.means - reach).amin(dim=0), (mixture.means + reach).amax(dim=0)
    lines = [torch.linspace(a, b, GAUSSIAN_LATTICE) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    points = torch.cartesian_prod(*lines)
    means, inverse = mixture.means.float(), torch.linalg.inv(mixture.covariances).float()
    heights = (mixture.weights / (2 * pi * torch.linalg.det(mixture.covariances).sqrt())).float()

    def density(x: Tensor) -> Tensor:
        found = torch.zeros(x.shape[:-1])
        for mean, own, height in zip(means, inverse, heights, strict=True):
            centred = x - mean
            found += height * torch.exp(-0.5 * ((centred @ own) * centred).sum(dim=-1))
        return found

    weights = density(points)
    return PlaneDensity(density, points, weights / weights.sum(), mixture.mean, mixture.covariance)


def _moments(points: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    points, weights = points.double(), weights.double() / weights.double().sum()
    mean = weights @ points
    return mean, (weights[:, None] * (points - mean)).T @ (points - mean)
