"""How likely held-out images are under a model: bits a dimension, beside a baseline."""

from math import log, prod

import torch
from torch import Tensor

from iadb_core.data.density import Scaling
from iadb_core.data.scaling import scale, unscale
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.likelihood import Following, error_figure, mean_figure, model_likelihood
from iadb_core.evaluation.metrics import BITS, BITS_NORMAL
from iadb_core.evaluation.settings import Likelihood
from iadb_core.method.laws import Law
from iadb_core.sampling.model import Model
from iadb_core.system.runtime import generator

LEVELS = 256  # of a pixel in a byte
DRAWS = 8  # of each training image's bytes, for the normal distribution


def image_figures(
    model: Model,
    source: Law,
    scaling: Scaling,
    unseen: Tensor,
    train: Tensor,
    settings: Likelihood,
    seed: int,
    condition: Tensor | None = None,
) -> list[Figure]:
    """Bits a dimension of held-out images, with the standard error over images.

    scaling: from pixel values to network values. unseen, train: images, (count, *shape), network values; of the latter
    the baseline, a normal distribution, has its mean and covariance. condition: of each held-out image, if the model
    cannot do without. Raises InputError as `Following.of` does.
    """
    x = dequantised(unseen, scaling, seed, "held-out images, dequantised")
    ways = [Following.of(settings, source, halved) for halved in (False, True)]
    found, finer = (bits(model_likelihood(model, way, x, settings.probes, seed, condition), x, scaling) for way in ways)
    many = [dequantised(train, scaling, seed, f"training images, dequantised {draw}") for draw in range(DRAWS)]
    normal = bits(_under_normal(torch.cat(many), x), x, scaling)
    return [mean_figure(BITS, finer), mean_figure(BITS_NORMAL, normal), error_figure(found, finer)]


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


def _under_normal(many: Tensor, x: Tensor) -> Tensor:
    """Log p of images under the normal distribution that has the mean and the covariance of many others."""
    wide = many.double().flatten(1)
    mean, centred = wide.mean(dim=0), wide - wide.mean(dim=0)
    normal = torch.distributions.MultivariateNormal(mean, centred.T @ centred / (len(wide) - 1))
    return normal.log_prob(x.double().flatten(1))
