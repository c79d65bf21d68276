"""Every solver at every number of network evaluations (NFE), from one trained network."""

import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from iadb_core.method.solvers import EVALUATIONS_A_STEP
from iadb_core.sampling.sampler import Sampler

MOST_REPEATS, ENOUGH_SECONDS = 6, 2.0


class Run(NamedTuple):
    """One way to sample.

    nfe: network evaluations a sample, as counted. seconds: for all samples, the median of `repeats`; a first one, which
    warms up, is left out unless it takes long.
    """

    solver: str
    schedule: str
    steps: int
    tolerance: float | None
    nfe: float
    seconds: float
    repeats: int


def ways(settings: Mapping[str, Any], sampling: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The settings of `sampling` for each solver and NFE that can be had.

    settings: `solvers`, `nfe`, and `tolerances`, relative and absolute at once, of dopri5, which ends where it must.
    """
    for solver in settings["solvers"]:
        if solver == "dopri5":
            for tolerance in settings["tolerances"]:
                yield {**sampling, "solver": solver, "steps": 1, "rtol": tolerance, "atol": tolerance}
            continue
        cost = EVALUATIONS_A_STEP[solver]
        for nfe in settings["nfe"]:
            if nfe % cost == 0:
                yield {**sampling, "solver": solver, "steps": nfe // cost}


def sweep(
    sampler: Sampler,
    begin: Tensor,
    settings: Mapping[str, Any],
    sampling: Mapping[str, Any],
    measure: Callable[[np.ndarray], dict[str, float]],
) -> Iterator[tuple[Run, dict[str, float]]]:
    """Carry the same starts, (count, *shape), in each of the `ways`; yield it with what `measure` says of the ends."""
    for way in ways(settings, sampling):
        sampler.use(**way)
        ends, seconds, repeats = _timed(sampler, begin)
        nfe = sampler.field.samples / len(begin)
        tolerance = way["rtol"] if way["solver"] == "dopri5" else None
        yield Run(way["solver"], way["schedule"], way["steps"], tolerance, nfe, seconds, repeats), measure(ends.numpy())


def _timed(sampler: Sampler, begin: Tensor) -> tuple[Tensor, float, int]:
    """The ends of starts, the median of the seconds it takes to carry them there, and of how many times."""
    seconds: list[float] = []
    while len(seconds) < MOST_REPEATS and sum(seconds) < ENOUGH_SECONDS:
        sampler.field.samples = 0
        began = time.monotonic()
        ends = sampler.ends(begin)
        seconds.append(time.monotonic() - began)
    kept = seconds[1:] or seconds
    return ends, median(kept), len(kept)
