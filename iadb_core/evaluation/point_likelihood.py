"""How likely held-out points are under a model, beside their own density, which is known."""

from typing import NamedTuple

from torch import Tensor

from iadb_core.data.parts import HELD_OUT
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.kernel_density import kernel_density
from iadb_core.evaluation.likelihood import Following, error_figure, mean_figure, model_likelihood, on_cpu
from iadb_core.evaluation.metrics import KL, KL_EXACT, KL_KERNELS, KL_REVERSE, LIKELIHOOD_ERROR, NLL, OUTSIDE
from iadb_core.evaluation.settings import Likelihood
from iadb_core.method.densities import LogDensity, entropy, log_density
from iadb_core.method.divergence import Differences, Divergence, ExactTrace
from iadb_core.method.exact import PlaneField, exact_field
from iadb_core.method.laws import Law
from iadb_core.method.likelihood import carried, log_likelihood
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.model import Model

DIFFERENCE, STEPS = 1 / 256, 32  # of the exact field between pictures, whose divergence is no derivative of its sums
ITSELF = "the density itself"


class PointSets(NamedTuple):
    """Points, (…, coordinates), network values.

    unseen: held-out ones. train, validation: of which kernels are made, and by which their width is chosen. begin:
    starts of the model's own samples.
    """

    unseen: Tensor
    train: Tensor
    validation: Tensor
    begin: Tensor


def point_figures(
    model: Model,
    source: Law,
    target: Law | None,
    sets: PointSets,
    settings: Likelihood,
    seed: int,
    unit: float = 0.0,
) -> list[Figure]:
    """What the likelihood of held-out points says of a model, each figure with its standard error.

    The mean of log p(x) − log q(x) over points of p is the Kullback–Leibler divergence of the model's q from p, which
    is zero at best; where p is not known, only the likelihood is. unit: the logarithm of the volume of
    true values that one of network values is. Raises InputError as `Following.of` does.
    """
    unseen, own = sets.unseen, log_density(target)
    ways = [Following.of(settings, source, halved) for halved in (False, True)]
    found, finer = (model_likelihood(model, way, unseen, 0, seed) for way in ways)
    if own is None:
        return [mean_figure(NLL, unit - finer), error_figure(LIKELIHOOD_ERROR, found, finer)]
    itself, known = own(unseen), entropy(target)
    floor = float(-itself.mean()) if known is None else known
    kernels = kernel_density(sets.train, sets.validation)
    return [
        mean_figure(NLL, -finer, floor, "entropy" if known is not None else "entropy, as these points have it"),
        error_figure(LIKELIHOOD_ERROR, found, finer),
        mean_figure(KL, itself - finer, 0.0, ITSELF),
        mean_figure(KL_KERNELS, itself - kernels(unseen), 0.0, ITSELF),
        *_of_exact_flow(source, target, unseen[: settings.exact], itself, ways[1]),
        *_reverse(model, ways[1], own, sets.begin),
    ]


def _of_exact_flow(
    source: Law, target: Law | None, unseen: Tensor, itself: Tensor, following: Following
) -> list[Figure]:
    """What is left of the divergence where the field is exactly known: by the steps, the quadrature, the widening."""
    exact = exact_field(source, target, tuple(unseen.shape[1:]))
    if exact is None or not exact.leads:
        return []
    divergence: Divergence = ExactTrace()
    alphas = following.alphas
    if isinstance(exact, PlaneField):
        divergence, alphas = Differences(DIFFERENCE), SCHEDULES["linear"](STEPS)
    found = log_likelihood(exact, divergence, following.solver, alphas, unseen, following.source)
    return [mean_figure(KL_EXACT, itself[: len(unseen)] - found, 0.0, ITSELF)]


def _reverse(model: Model, following: Following, own: LogDensity, begin: Tensor) -> list[Figure]:
    """The divergence the other way, of the model's own samples, and how many lie where the density is zero."""
    there = carried(on_cpu(model), ExactTrace(), following.solver, following.alphas, begin)
    under_model, under_own = following.source(begin) - there.spread, own(there.x)
    inside = under_own.isfinite()
    outside = float((~inside).double().mean())
    figures = [Figure(OUTSIDE, outside, len(begin), HELD_OUT, 0.0, floor_is=ITSELF)]
    if int(inside.sum()) > 1:
        figures.append(mean_figure(KL_REVERSE, (under_model - under_own)[inside], 0.0, ITSELF))
    return figures
