"""What is measured of the map of a run: its losses and its field beside the exact ones, and its trajectories."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.streams import independent_pairs
from iadb_core.evaluation.distances import wasserstein2
from iadb_core.evaluation.excess import FieldError, field_error, losses, mean_loss
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.paths import PathMeter, Paths, path_energy_error, root_mean_square
from iadb_core.method.exact import PlaneField, Reversed
from iadb_core.method.fields import Field
from iadb_core.sampling.sampler import Sampler
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress, log
from iadb_core.system.seeds import seed_for

BLENDS_AT_ONCE = 1024
Densities = tuple[Mapping[str, Any], Mapping[str, Any]]
Samples = tuple[np.ndarray | None, np.ndarray | None]


def on_cpu(sampler: Sampler) -> Field:
    """The sampler's field for samples on the CPU, wherever it computes."""

    def field(x: Tensor, alpha: Tensor) -> Tensor:
        return sampler.field(x.to(sampler.device), alpha.to(sampler.device)).cpu()

    return field


def _blends(
    densities: Densities, samples: Samples, shape: tuple[int, ...], count: int, seed: int, once: bool
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Batches of (x0, x1, alpha), `count` blends in all; once: each stored sample is blended once at most."""
    size = min(count, BLENDS_AT_ONCE)
    order = "shuffled" if once else "with_replacement"
    draws = seed_for(seed, "measured blends")
    pairs = independent_pairs(densities, samples, shape, size, order, draws, torch.device("cpu"))
    with Progress(count, "blends") as progress:
        for batch in islice(pairs, count // size):
            yield batch
            progress.update(size)


def whole_batches(blends: int) -> int:
    """How many blends are measured when this many are asked for: whole batches, the next number of them."""
    return blends if blends < BLENDS_AT_ONCE else -(-blends // BLENDS_AT_ONCE) * BLENDS_AT_ONCE


def loss_figures(
    sampler: Sampler, exact: Field | None, densities: Densities, known: Samples, fresh: Samples, blends: int, seed: int
) -> list[Figure]:
    """The deblending loss per coordinate of a trained network, its floor, and its excess, on blends of its own.

    exact: the field between what `known` are samples of, points drawn for this alone, or all training images. fresh:
    held-out images, whose loss is a figure of its own, without a floor; None of both for points.
    """
    field, count = on_cpu(sampler), whole_batches(blends)
    found = []
    if sampler.images:
        loss, error = mean_loss(field, _blends(densities, fresh, sampler.shape, count, seed, once=False))
        found.append(Figure("deblending loss", loss, count, "held_out", error=error))
    if exact is not None:
        batches = _blends(densities, known, sampler.shape, count, seed, once=not sampler.images)
        both = losses(field, exact, batches, exact.linear if isinstance(exact, PlaneField) else None)
        log.info("loss %.5f ± %.5f, floor %.5f ± %.5f, excess %.6f ± %.6f", *both)
        split = "train" if sampler.images else "fresh points"
        floor = (both.floor, both.floor_error)
        found.append(Figure("deblending loss", both.loss, count, split, *floor, "exact field", error=both.loss_error))
        found.append(
            Figure("excess loss", both.excess, count, split, 0.0, None, "exact field", error=both.excess_error)
        )
    return found


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


def study(sampler: Sampler, exact: Field | None, begin: Tensor, real: Tensor, field_alphas: int) -> Study:
    """Follow starts, (count, *shape), with the network and with the exact field, by the same solver and steps.

    exact: None also where the data are the source: a finite set cannot be carried to a Gaussian. real: samples of the
    target as the network sees them, (many, *shape). field_alphas: at how many α the field's error is taken, of those
    at which a step begins.
    """
    chosen = np.unique(np.linspace(0, len(sampler.alphas) - 2, field_alphas).round().astype(int)).tolist()
    with Progress(2 * len(sampler.alphas) * len(begin), "states") as progress:
        network = _follow(sampler.states(begin), sampler.alphas, begin, chosen, progress)
        returned = sampler.ends(network.ends, backward=True, on_state=progress.update)
    shortest = _least_distance(begin, real)
    values = _path_values(network.paths, shortest)
    values["round-trip error (RMS)"] = root_mean_square(begin, returned)
    if exact is None or isinstance(exact, Reversed):
        figures = [Figure(name, value, len(begin), "held_out") for name, value in values.items()]
        return Study(figures, [], np.stack([begin.numpy(), network.ends.numpy()]))

    errors = [field_error(on_cpu(sampler), exact, network.states[i], sampler.alphas[i]) for i in chosen]
    with Progress(len(sampler.alphas) * len(begin), "exact states") as progress:
        best = _follow(_exact_states(sampler, exact, begin), sampler.alphas, begin, [], progress)
    floors = _path_values(best.paths, shortest)
    averaged = "posterior_mean" if sampler.images else "field"
    name = f"{averaged.replace('_', ' ')} error along trajectories (RMS)"
    values[name] = float(np.sqrt(np.mean([getattr(error, averaged) ** 2 for error in errors])))
    values["distance to the exact map (RMS)"] = root_mean_square(network.ends, best.ends)
    floors |= {name: 0.0, "distance to the exact map (RMS)": 0.0}
    figures = [
        Figure(
            name, value, len(begin), "held_out", floors.get(name), floor_is="exact field" if name in floors else None
        )
        for name, value in values.items()
    ]
    return Study(figures, errors, np.stack([begin.numpy(), network.ends.numpy(), best.ends.numpy()]))


def _exact_states(sampler: Sampler, exact: Field, begin: Tensor) -> Iterator[tuple[slice, int, Tensor]]:
    """The states of the exact field's trajectories, as `Sampler.states` gives the network's."""
    for first in range(0, len(begin), BLENDS_AT_ONCE):
        which = slice(first, min(first + BLENDS_AT_ONCE, len(begin)))
        for index, (_, x) in enumerate(sampler.solver(exact, begin[which], sampler.alphas)):
            yield which, index, x


def _follow(
    states: Iterator[tuple[slice, int, Tensor]],
    alphas: Sequence[float],
    begin: Tensor,
    chosen: Sequence[int],
    progress: Progress,
) -> _Followed:
    meter, ends = PathMeter(alphas), torch.empty_like(begin)
    kept = {index: torch.empty_like(begin) for index in chosen}
    for which, index, x in states:
        meter.update(index, x)
        if index in kept:
            kept[index][which] = x
        if index == len(alphas) - 1:
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


def _path_values(measured: Paths, shortest: float | None) -> dict[str, float]:
    values = {f"{name.replace('_', ' ')} (squared)": value for name, value in measured._asdict().items()}
    if shortest is not None and shortest > 0:
        values["normalised path energy error"] = path_energy_error(measured.path_energy, shortest)
    return values
