"""How likely samples are under a trained flow."""

from math import sqrt
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.data.parts import HELD_OUT
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.metrics import Metric
from iadb_core.evaluation.settings import Likelihood
from iadb_core.method.densities import LogDensity, log_density, widened
from iadb_core.method.divergence import Divergence, ExactTrace, Hutchinson, signs
from iadb_core.method.fields import Field
from iadb_core.method.integration import Solver, solver_of
from iadb_core.method.laws import Law
from iadb_core.method.likelihood import log_likelihood
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.model import Model
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress
from iadb_core.system.runtime import generator

POINTS_AT_ONCE, IMAGES_AT_ONCE = 2048, 32


class Following(NamedTuple):
    """How samples are followed back. source: the density that they come to."""

    solver: Solver
    alphas: list[float]
    source: LogDensity

    @classmethod
    def of(cls, settings: Likelihood, law: Law | None, halved: bool = False) -> "Following":
        """As settings say, or with steps half as long, or a tenth of the tolerance; from a source of a law.

        Raises InputError for a source without density.
        """
        density = log_density(law)
        if density is None:
            raise InputError("the source has no density that is known, so no sample has a likelihood")
        tolerance = settings.tolerance / 10 if halved else settings.tolerance
        solver = solver_of(settings.solver).with_tolerances(tolerance, tolerance)
        alphas = SCHEDULES["linear"](settings.steps * (2 if halved else 1))
        return cls(solver, alphas, widened(density, law, settings.widening))


def on_cpu(model: Model, condition: Tensor | None = None) -> Field:
    """A model's field for states on the CPU, whatever their precision; of a condition, if it takes one."""

    def field(x: Tensor, alpha: Tensor) -> Tensor:
        told = () if condition is None else (condition.to(model.device),)
        return model.field(x.float().to(model.device), alpha.float().to(model.device), *told).to(x)

    return field


def divergence_for(x: Tensor, probes: int, seed: int) -> Divergence:
    """The exact trace for points, probes for images: the same ones for the same images."""
    if x.ndim == 2:
        return ExactTrace()
    return Hutchinson(signs((probes, *x.shape), generator(seed, "probes")))


def model_likelihood(
    model: Model, following: Following, x: Tensor, probes: int, seed: int, condition: Tensor | None = None
) -> Tensor:
    """Log p(x) of samples, (count, *shape), network values, under a model: (count,), float64.

    condition: of each, (count, …), if the model takes one. probes, seed: of images.
    """
    found, size = [], POINTS_AT_ONCE if x.ndim == 2 else IMAGES_AT_ONCE
    with Progress(len(x), "likelihoods") as progress:
        for first in range(0, len(x), size):
            some = x[first : first + size]
            told = None if condition is None else condition[first : first + size]
            how = divergence_for(some, probes, seed + first), following.solver, following.alphas
            found.append(log_likelihood(on_cpu(model, told), *how, some, following.source))
            progress.update(len(some))
    return torch.cat(found)


def mean_figure(metric: Metric, values: Tensor, floor: float | None = None, floor_is: str | None = None) -> Figure:
    """The mean of what was found for each of the held-out samples, with its standard error."""
    error = float(values.std() / sqrt(len(values)))
    return Figure(metric, float(values.mean()), len(values), HELD_OUT, floor, floor_is=floor_is, error=error)


def error_figure(metric: Metric, found: Tensor, finer: Tensor) -> Figure:
    """How much a figure of each sample changes with steps half as long."""
    return Figure(metric, float((finer - found).square().mean().sqrt()), len(found), HELD_OUT)
