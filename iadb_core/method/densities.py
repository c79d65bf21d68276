"""The density of what is exactly known: its logarithm anywhere, and its entropy."""

from collections.abc import Callable
from math import log, pi

import numpy as np
import torch
from torch import Tensor

from iadb_core.method.laws import Law, Mixture, Normal, Pixels
from iadb_core.method.mixtures import Components, components
from iadb_core.method.quadrature import plane_density

LogDensity = Callable[[Tensor], Tensor]  # (count, *shape) to (count,), float64; −∞ where there is nothing
WIDER = 2.0  # standard deviations of what a density is widened by, in its own


def log_density(law: Law | None) -> LogDensity | None:
    """The logarithm of a law's density; None of what has none, as a finite set, or is not known."""
    match law:
        case Normal(mean, std):
            return lambda x: _of_normal(x, mean, std)
        case Mixture(_, means, _):
            mixture = components(law, len(means[0]))
            return (lambda x: of_mixture(x, mixture)) if mixture else None
        case Pixels():
            picture = plane_density(law)
            return (lambda x: picture.density(x).double().log()) if picture else None
        case _:
            return None


def entropy(law: Law | None) -> float | None:
    """−∫p·log p of a picture, which is constant on each pixel; None of others."""
    if isinstance(law, Pixels):
        density = _of_one(law.values)
        bright = density[density > 0]
        return float(-(bright * np.log(bright)).sum() / density.size)
    return None


def widened(density: LogDensity, law: Law | None, share: float) -> LogDensity:
    """The density with a share of a normal one beside it, of the same mean and twice the deviation: nowhere zero.

    A picture is black somewhere. Of a sample that is followed back into the black, however little, the density would be
    zero, and the logarithm of all of them minus infinity. Of what is nowhere zero it is the same as before.
    """
    if not isinstance(law, Pixels) or not share:
        return density
    beside = _beside(law)

    def both(x: Tensor) -> Tensor:
        own, other = density(x) + log(1 - share), of_mixture(x, beside) + log(share)
        return torch.logaddexp(own, other)

    return both


def _beside(law: Pixels) -> Components:
    """One normal distribution, of a picture's mean and covariance times `WIDER` squared."""
    picture = plane_density(law)
    assert picture is not None
    return Components(torch.ones(1, dtype=torch.float64), picture.mean[None], WIDER**2 * picture.covariance[None])


def _of_one(values: np.ndarray) -> np.ndarray:
    """A picture's density: it integrates to one over the unit square."""
    return np.asarray(values, np.float64) * (values.size / np.sum(values, dtype=np.float64))


def _of_normal(x: Tensor, mean: float, std: float) -> Tensor:
    wide = x.double().flatten(1)
    return -((wide - mean) / std).square().sum(dim=1) / 2 - wide.shape[1] * (log(std) + log(2 * pi) / 2)


def of_mixture(x: Tensor, mixture: Components) -> Tensor:
    """Log Σ wᵢN(x; mᵢ, Cᵢ), (count,). x: (count, d)."""
    centred = x.double()[:, None] - mixture.means  # (count, k, d)
    factor = torch.linalg.cholesky(mixture.covariances)
    solved = torch.linalg.solve_triangular(factor, centred[..., None], upper=False)[..., 0]
    spread = factor.diagonal(dim1=1, dim2=2).log().sum(dim=1) + x.shape[1] / 2 * log(2 * pi)
    return (mixture.weights.log() - solved.square().sum(dim=2) / 2 - spread).logsumexp(dim=1)
