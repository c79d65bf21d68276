"""What is measured of the map of a run: its losses and its field beside the exact ones, and its trajectories."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density
from iadb_core.data.pairs import pairs_of
from iadb_core.data.telling import Told, ToldClasses
from iadb_core.evaluation.distances import wasserstein2
from iadb_core.evaluation.excess import FieldError, field_error, losses, mean_loss
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.metrics import (
    EXACT_MAP,
    EXCESS_LOSS,
    FIELD_ERROR,
    LOSS,
    PATH_ENERGY,
    PATH_ENERGY_ERROR,
    POSTERIOR_MEAN_ERROR,
    ROUND_TRIP,
    STRAIGHTNESS,
    TRANSPORT_COST,
    Metric,
)
from iadb_core.evaluation.paths import PathMeter, Paths, path_energy_error, root_mean_square
from iadb_core.method.batches import Batch
from iadb_core.method.coupling import Coupling
from iadb_core.method.couplings.independent import Independent
from iadb_core.method.exact import exact_field
from iadb_core.method.exact_field import ExactField
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Law
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress, log
from iadb_core.system.seeds import seed_for

BLENDS_AT_ONCE, FINE_STEPS = 1024, 32
FINELY = Way(solver_of("rk4"), SCHEDULES["linear"](FINE_STEPS), BLENDS_AT_ONCE)
Stored = tuple[np.ndarray | None, np.ndarray | None]


def _blends(
    blended: "Blended", samples: Stored, shape: tuple[int, ...], count: int, seed: int, once: bool
) -> Iterator[Batch]:
    """Batches, `count` blends in all; once: each stored sample is blended once at most."""
    size = min(count, blended.batch or BLENDS_AT_ONCE)
    order = "shuffled" if once else "with_replacement"
    draws = seed_for(seed, "measured blends")
    drawn = shape, size, order, draws, torch.device("cpu")
    pairs = pairs_of(blended.densities, samples, *drawn, coupling=blended.coupling, told=blended.told)
    with Progress(count, "blends") as progress:
        for batch in islice(pairs.each(), count // size):
            yield batch
            progress.update(size)


def whole_batches(blends: int) -> int:
    """How many blends are measured when this many are asked for: whole batches, the next number of them."""
    return blends if blends < BLENDS_AT_ONCE else -(-blends // BLENDS_AT_ONCE) * BLENDS_AT_ONCE


class Blended(NamedTuple):
    """What blends are made of, to measure losses: the densities, source and target, and stored samples of them.

    known: what the exact field is about: points drawn for this alone, or all training samples. fresh: held-out samples;
    none of what is drawn. drawn: whether all are drawn for this alone. told: what a network is told of fresh samples
    that cannot do without. coupling: with which it was trained; batch: the size of its batches, within which it pairs.
    """

    densities: tuple[Density, Density]
    known: Stored
    fresh: Stored
    drawn: bool
    told: Told | None = None
    coupling: Coupling = Independent()
    batch: int | None = None


def loss_figures(model: Model, exact: ExactField | None, blended: Blended, blends: int, seed: int) -> list[Figure]:
    """The deblending loss per coordinate of a trained network, its floor, and its excess, on blends of its own.

    exact: what it learns at best, if that is known. Of samples that were trained on, the loss on held-out ones is a
    figure of its own, without a floor.
    """
    count, found = whole_batches(blends), []
    if blended.batch:
        count = max(1, count // blended.batch) * blended.batch
    shape = model.shape
    of_stored = isinstance(blended.told, ToldClasses)  # of stored samples, not of points that are drawn for this
    if not blended.drawn or (exact is None and not of_stored):
        samples, split = (blended.known, "fresh points") if blended.drawn else (blended.fresh, "held_out")
        loss, error = mean_loss(model.on_cpu, _blends(blended, samples, shape, count, seed, once=False))
        found.append(Figure(LOSS, loss, count, split, error=error))
    if exact is not None:
        both = losses(model.on_cpu, exact, _blends(blended, blended.known, shape, count, seed, once=blended.drawn))
        log.info("loss %.5f ± %.5f, floor %.5f ± %.5f, excess %.6f ± %.6f", *both)
        split, floor = "fresh points" if blended.drawn else "train", (both.floor, both.floor_error)
        found.append(Figure(LOSS, both.loss, count, split, *floor, "exact field", error=both.loss_error))
        found.append(Figure(EXCESS_LOSS, both.excess, count, split, 0.0, None, "exact field", error=both.excess_error))
    return found


def exact_way(way: Way) -> Way:
    """How the exact field is followed: as the network is, but finely where that jumps."""
    return FINELY if way.solver.jumps else way._replace(batch_size=BLENDS_AT_ONCE)


def exact_ends(source: Law | None, target: Law | None, begin: Tensor) -> Tensor | None:
    """Where the exact field between two densities carries starts, (count, *shape), finely; None where it is not known,
    or is but that of a finite set.
    """
    exact = exact_field(source, target, tuple(begin.shape[1:]))
    if exact is None or not exact.leads or not exact.bounded:
        return None
    with Progress((FINE_STEPS + 1) * len(begin), "exact states") as progress:
        return Sampler(exact, FINELY, torch.device("cpu")).ends(begin, on_state=progress.update)


class Study(NamedTuple):
    """What trajectories show: figures, the field's error by α, and ends, (2 or 3, count, *shape).

    ends: the starts, where the network carries them, and, where there is an exact map, where that carries them.
    """

    figures: list[Figure]
    field_errors: list[FieldError]
    ends: np.ndarray


class _Followed(NamedTuple):
    """Trajectories that were followed: their geometry, their ends, and their states at the chosen indices."""

    paths: Paths
    ends: Tensor
    states: dict[int, Tensor]


def study(
    model: Model,
    way: Way,
    exact: ExactField | None,
    begin: Tensor,
    real: Tensor,
    field_alphas: int,
    condition: Tensor | None = None,
    learnt: bool = True,
) -> Study:
    """Follow starts, (count, *shape), with the network and with the exact field, by the same solver and steps.

    exact: None also where the data are the source: a finite set cannot be carried to a Gaussian. real: samples of the
    target as the network sees them, (many, *shape). field_alphas: at how many α the field's error is taken, of those
    at which a step begins. condition: of each start, for a network that cannot do without; then there is no `exact`.
    learnt: whether the exact field is what the network learns at best; else only the maps are compared.
    """
    sampler = Sampler(model.field, way, model.device, condition)
    chosen = np.unique(np.linspace(0, len(way.alphas) - 2, field_alphas).round().astype(int)).tolist()
    with Progress((1 if way.solver.jumps else 2) * len(way.alphas) * len(begin), "states") as progress:
        network = _follow(sampler, begin, chosen, progress)
        returned = None
        if not way.solver.jumps:
            returned = sampler.ends(network.ends, backward=True, on_state=progress.update)
    shortest = _least_distance(begin, real)
    values = _path_values(network.paths, shortest)
    if returned is not None:
        values[ROUND_TRIP] = root_mean_square(begin, returned)
    if exact is None or not exact.leads:
        figures = [Figure(metric, value, len(begin), "held_out") for metric, value in values.items()]
        return Study(figures, [], np.stack([begin.numpy(), network.ends.numpy()]))

    errors = [field_error(model.on_cpu, exact, network.states[i], way.alphas[i]) for i in chosen]
    with Progress(len(exact_way(way).alphas) * len(begin), "exact states") as progress:
        exactly = Sampler(exact, exact_way(way), torch.device("cpu"))
        best = _follow(exactly, begin, [], progress)
    if not learnt:
        values[EXACT_MAP] = root_mean_square(network.ends, best.ends)
        figures = [Figure(metric, value, len(begin), "held_out") for metric, value in values.items()]
        return Study(figures, [], np.stack([begin.numpy(), network.ends.numpy(), best.ends.numpy()]))
    floors = _path_values(best.paths, shortest)
    averaged = [error.field if exact.bounded else error.posterior_mean for error in errors]
    metric = FIELD_ERROR if exact.bounded else POSTERIOR_MEAN_ERROR
    values[metric] = float(np.sqrt(np.mean([error**2 for error in averaged])))
    values[EXACT_MAP] = root_mean_square(network.ends, best.ends)
    floors |= {metric: 0.0, EXACT_MAP: 0.0}
    figures = [
        Figure(
            name, value, len(begin), "held_out", floors.get(name), floor_is="exact field" if name in floors else None
        )
        for name, value in values.items()
    ]
    return Study(figures, errors, np.stack([begin.numpy(), network.ends.numpy(), best.ends.numpy()]))


def _follow(sampler: Sampler, begin: Tensor, chosen: Sequence[int], progress: Progress) -> _Followed:
    meter, ends = PathMeter(sampler.alphas), torch.empty_like(begin)
    kept = {index: torch.empty_like(begin) for index in chosen}
    for which, index, x in sampler.states(begin):
        meter.update(index, x)
        if index in kept:
            kept[index][which] = x
        if index == len(sampler.alphas) - 1:
            ends[which] = x
        progress.update(len(x))
    return _Followed(meter.paths(), ends, kept)


def _least_distance(begin: Tensor, real: Tensor) -> float | None:
    """W₂ between starts and real samples, as many of each; None, with a warning, where it cannot be had."""
    n = min(len(begin), len(real))
    try:
        return wasserstein2(begin[:n].numpy(), real[:n].numpy())
    except InputError as error:
        log.warning("normalised path energy error left out: %s", error)
        return None


def _path_values(measured: Paths, shortest: float | None) -> dict[Metric, float]:
    values = dict(zip((TRANSPORT_COST, PATH_ENERGY, STRAIGHTNESS), measured, strict=True))
    if shortest is not None and shortest > 0:
        values[PATH_ENERGY_ERROR] = path_energy_error(measured.path_energy, shortest)
    return values
