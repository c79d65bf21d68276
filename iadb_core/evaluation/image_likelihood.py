"""How likely held-out images are under a model: bits a dimension, beside a baseline."""

from math import log, prod

import torch
from torch import Tensor

from iadb_core.data.density import Scaling
from iadb_core.data.scaling import scale, unscale
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.likelihood import Following, error_figure, mean_figure, model_likelihood
from iadb_core.evaluation.metrics import BITS, BITS_ERROR, BITS_NORMAL
from iadb_core.evaluation.settings import Likelihood
from iadb_core.method.laws import Law
from iadb_core.sampling.model import Model
from iadb_core.system.runtime import generator

LEVELS = 256  # of a pixel in a byte
MOST_DIMENSIONS, ROWS_AT_ONCE = 4096, 1024  # of a whole covariance; of images that are summed up at once


def image_figures(
    model: Model,
    source: Law,
    scaling: Scaling,
    unseen: Tensor,
    train: Tensor,
    settings: Likelihood,
    seed: int,
) -> list[Figure]:
    """Bits a dimension of held-out images, with the standard error over images.

    scaling: from pixel values to network values. unseen, train: images, (count, *shape), network values; of the latter
    the baseline, a normal distribution, has its mean and covariance. Raises InputError as `Following.of` does.
    """
    x = dequantised(unseen, scaling, seed, "held-out images, dequantised")
    ways = [Following.of(settings, source, halved) for halved in (False, True)]
    found, finer = (bits(model_likelihood(model, way, x, settings.probes, seed), x, scaling) for way in ways)
    normal = bits(under_normal(train, x, scaling), x, scaling)
    return [mean_figure(BITS, finer), mean_figure(BITS_NORMAL, normal), error_figure(BITS_ERROR, found, finer)]


def dequantised(x: Tensor, scaling: Scaling, seed: int, purpose: str) -> Tensor:
    """Images as network values, each byte b of which has become (b + u)/256, u uniform in [0, 1).

    A density of bytes alone would be infinite. Source: Theis, van den Oord and Bethge 2016.
    """
    u = torch.rand(x.shape, generator=generator(seed, purpose))
    found: Tensor = scale(((LEVELS - 1) * unscale(x, scaling, clip=False) + u) / LEVELS, scaling)
    return found


def bits(log_likelihood: Tensor, x: Tensor, scaling: Scaling) -> Tensor:
    """Bits a dimension of bytes, from log p of network values, whose unit is 256·std bytes. x: of those images."""
    unit = LEVELS * prod(std for _, std in scaling)
    return log(unit) / log(2) - log_likelihood / (x[0].numel() * log(2))


def under_normal(train: Tensor, x: Tensor, scaling: Scaling) -> Tensor:
    """Log p of dequantised images under the normal distribution that has the mean and the covariance of others.

    train: not dequantised: that moves their mean by half a level, and adds the variance of a uniform number to each
    dimension, without which borders that are always black would have none. Of many dimensions the variances alone.
    """
    flat, d = x.double().flatten(1), train[0].numel()
    unit = 1 / (LEVELS * prod(std for _, std in scaling))  # a level, in network values
    mean = torch.zeros(d, dtype=torch.float64)
    squares = mean.clone() if d > MOST_DIMENSIONS else torch.zeros(d, d, dtype=torch.float64)
    first = train[:1].double().flatten(1)  # near the mean, so that little is lost where squares are subtracted
    for some in train.split(ROWS_AT_ONCE):
        rows = some.double().flatten(1) - first
        mean += rows.sum(dim=0)
        squares += rows.square().sum(dim=0) if d > MOST_DIMENSIONS else rows.T @ rows
    mean, squares = mean / len(train), squares / len(train)
    shrunk, level = (LEVELS - 1) / LEVELS, unit**2 / 12
    moved = dequantised_mean(mean + first[0], scaling)
    if d > MOST_DIMENSIONS:
        variance = (shrunk**2 * (squares - mean.square())).clamp_min(0) + level
        return torch.distributions.Normal(moved, variance.sqrt()).log_prob(flat).sum(dim=1)
    covariance = shrunk**2 * (squares - torch.outer(mean, mean)) + level * torch.eye(d, dtype=torch.float64)
    return torch.distributions.MultivariateNormal(moved, covariance).log_prob(flat)


def dequantised_mean(x: Tensor, scaling: Scaling) -> Tensor:
    """What network values are on average once they are dequantised."""
    found: Tensor = scale(((LEVELS - 1) * unscale(x, scaling, clip=False) + 0.5) / LEVELS, scaling)
    return found
