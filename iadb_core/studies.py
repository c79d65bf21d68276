"""What is measured of the map of a run: its losses and its field beside the exact ones, and its trajectories."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.distances import wasserstein2
from iadb_core.excess import FieldError, field_error, losses, mean_loss
from iadb_core.files import InputError
from iadb_core.floors import Figure
from iadb_core.maps import path_energy_error, paths, root_mean_square
from iadb_core.networks import Field
from iadb_core.oracle import PlaneField
from iadb_core.progress import Progress, log
from iadb_core.sampling import Sampler
from iadb_core.seeds import seed_for
from iadb_core.streams import independent_pairs

BLENDS_AT_ONCE = 1024
Densities = tuple[Mapping[str, Any], Mapping[str, Any]]
Samples = tuple[np.ndarray | None, np.ndarray | None]


def on_cpu(sampler: Sampler) -> Field:
    """The sampler's field for samples on the CPU, wherever it computes."""

    def field(x: Tensor, alpha: Tensor) -> Tensor:
        return sampler.field(x.to(sampler.device), alpha.to(sampler.device)).cpu()

    return field


def _blends(
    densities: Densities, samples: Samples, shape: tuple[int, ...], count: int, seed: int, purpose: str
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    size = min(count, BLENDS_AT_ONCE)
    draws = seed_for(seed, purpose)
    pairs = independent_pairs(densities, samples, shape, size, "with_replacement", draws, torch.device("cpu"))
    with Progress(count, "blends") as progress:
        for batch in islice(pairs, -(-count // size)):
            yield batch
            progress.update(size)


def loss_figures(
    sampler: Sampler,
    exact: Field | None,
    densities: Densities,
    train: Samples,
    held_out: Samples,
    count: int,
    seed: int,
) -> list[Figure]:
    """The deblending loss per coordinate of a trained network, its floor, and its excess, on `count` fresh blends.

    exact: of points, the field between the densities, so that held-out points are blended; of images, the field of
    the training images, so that these are, and the loss on held-out ones is a figure of its own, without a floor.
    """
    field, images = on_cpu(sampler), sampler.images
    count = -(-count // BLENDS_AT_ONCE) * BLENDS_AT_ONCE if count > BLENDS_AT_ONCE else count
    split, samples = ("train", train) if images else ("held_out", held_out)
    found = []
    if exact is None or images:
        loss, _ = mean_loss(field, _blends(densities, held_out, sampler.shape, count, seed, "held-out loss"))
        found.append(Figure("deblending loss", loss, None, None, count, "held_out"))
    if exact is not None:
        blends = _blends(densities, samples, sampler.shape, count, seed, "excess loss")
        both = losses(field, exact, blends, exact.linear if isinstance(exact, PlaneField) else None)
        log.info("loss %.5f ± %.5f, floor %.5f ± %.5f, excess %.6f ± %.6f", *both)
        found.append(Figure("deblending loss", both.loss, both.floor, both.floor_error, count, split))
        found.append(Figure("excess loss", both.excess, 0.0, None, count, split))
    return found


class Study(NamedTuple):
    """What trajectories show: figures, the field's error by α, and ends, (2 or 3, count, *shape).

    ends: the starts, where the network carries them, and, where there is an exact field, where that carries them.
    """

    figures: list[Figure]
    field_errors: list[FieldError]
    ends: np.ndarray


def study(sampler: Sampler, exact: Field | None, begin: Tensor, real: Tensor, field_alphas: int) -> Study:
    """Follow starts, (count, *shape), with the network and with the exact field, by the same solver and steps.

    real: samples of the target as the network sees them, (many, *shape). field_alphas: at how many α the field's
    error is taken.
    """
    with Progress(2 * len(sampler.alphas) * len(begin), "states") as progress:
        states = sampler.trajectories(begin, on_state=progress.update)
        returned = sampler.ends(states[-1], backward=True, on_state=progress.update)
    found = _path_values(sampler.alphas, states, real)
    found["round-trip error (RMS)"] = root_mean_square(begin, returned)
    if exact is None:
        figures = [Figure(name, value, None, None, len(begin), "held_out") for name, value in found.items()]
        return Study(figures, [], np.stack([begin.numpy(), states[-1].numpy()]))

    index = np.unique(np.linspace(0, len(sampler.alphas) - 1, field_alphas).round().astype(int))
    errors = [field_error(on_cpu(sampler), exact, states[i], sampler.alphas[i]) for i in index]
    followed = _follow(sampler, exact, begin)
    best = _path_values(sampler.alphas, followed, real)
    found["field error along trajectories (RMS)"] = float(np.sqrt(np.mean([one.error**2 for one in errors])))
    found["distance to the exact map (RMS)"] = root_mean_square(states[-1], followed[-1])
    best |= {"field error along trajectories (RMS)": 0.0, "distance to the exact map (RMS)": 0.0}
    figures = [Figure(name, value, best.get(name), None, len(begin), "held_out") for name, value in found.items()]
    return Study(figures, errors, np.stack([begin.numpy(), states[-1].numpy(), followed[-1].numpy()]))


def _path_values(alphas: Sequence[float], states: Tensor, real: Tensor) -> dict[str, float]:
    measured = paths(alphas, states)
    values = {f"{name.replace('_', ' ')} (squared)": value for name, value in measured._asdict().items()}
    n = min(states.shape[1], len(real))
    try:
        shortest = wasserstein2(states[0, :n].numpy(), real[:n].numpy())
        values["normalised path energy error"] = path_energy_error(measured.path_energy, shortest)
    except InputError as error:
        log.warning("left out: %s", error)
    return values


def _follow(sampler: Sampler, exact: Field, begin: Tensor) -> Tensor:
    """The states of the exact field's trajectories, by the sampler's solver and schedule: (states, count, *shape)."""
    states = []
    with Progress(len(sampler.alphas), "exact steps") as progress:
        for _, x in sampler.solver(exact, begin, sampler.alphas):
            states.append(x)
            progress.update(1)
    return torch.stack(states)
