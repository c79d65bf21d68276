"""Pairs that a model makes: each start with where it is carried. Source: Liu, Gong and Liu 2022, reflow."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.conditions import as_the_data
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.shards import shard_rows
from iadb_core.sampling.starts import measured_count, measured_starts
from iadb_core.system.progress import Progress
from iadb_core.training.couplings import ModelPairs

PURPOSE = "starts of pairs"


class MadePairs(NamedTuple):
    """Pairs, network values: x0, x1, (count, *shape); labels: the classes that were asked for, (count,), zero without;
    errors: how far each is from where it began once it is carried back, (count,), zero if that is not asked.
    """

    x0: np.ndarray
    x1: np.ndarray
    labels: np.ndarray
    errors: np.ndarray


def made_pairs(
    model: Model,
    settings: ModelPairs,
    source: Density,
    files: Sequence[str],
    labels: np.ndarray | None,
    seed: int,
    shard: tuple[int, int] = (1, 1),
) -> MadePairs:
    """A shard of the pairs that a model makes.

    source, files: of the starts, training samples alone, as `measured_starts` takes them. labels: of the target's
    training samples, if the model is told classes: pairs are of as many of each. shard: its number, from 1, and of how
    many.
    """
    begin = measured_starts(source, model.shape, files, settings.count, seed, shard, settings.batch_size, PURPOSE)
    classes = None
    if labels is not None and model.classes:
        count = measured_count(files, settings.count)
        classes = as_the_data(labels, count, seed)[shard_rows(*shard, count, settings.batch_size)]
    way = Way(solver_of(settings.solver), SCHEDULES["linear"](settings.steps), settings.batch_size)
    sampler, back = Sampler(model.field, way, model.device, classes), settings.keep < 1
    with Progress((1 + back) * len(way.alphas) * len(begin), "states") as progress:
        ends = sampler.ends(begin, on_state=progress.update)
        returned = sampler.ends(ends, backward=True, on_state=progress.update) if back else begin
    told = torch.zeros(len(begin), dtype=torch.int64) if classes is None else classes
    return MadePairs(*(part.numpy() for part in (begin, ends, told, _apart(begin, returned))))


def _apart(a: Tensor, b: Tensor) -> Tensor:
    """How far samples are from each other, (count,)."""
    return (a - b).flatten(1).norm(dim=1)


def kept(errors: np.ndarray, keep: float) -> np.ndarray:
    """The rows, in order, of the share of pairs with the least errors; at least one."""
    count = max(1, round(keep * len(errors)))
    return np.sort(np.argsort(errors, kind="stable")[:count])
