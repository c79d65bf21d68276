"""Every solver at every number of network evaluations (NFE), from one trained network."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from iadb_core.sampling import Sampler
from iadb_core.solvers import EVALUATIONS_A_STEP

WARM_UP_STEPS = 2


class Run(NamedTuple):
    """One way to sample. nfe: network evaluations a sample, as counted. seconds: for all samples."""

    solver: str
    schedule: str
    steps: int
    tolerance: float | None
    nfe: float
    seconds: float


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
    sampler.use(**{**sampling, "solver": "euler", "steps": WARM_UP_STEPS})
    sampler.ends(begin)
    for way in ways(settings, sampling):
        sampler.use(**way)
        sampler.field.samples = 0
        began = time.monotonic()
        ends = sampler.ends(begin)
        seconds = time.monotonic() - began
        nfe = sampler.field.samples / len(begin)
        tolerance = way["rtol"] if way["solver"] == "dopri5" else None
        yield Run(way["solver"], way["schedule"], way["steps"], tolerance, nfe, seconds), measure(ends.numpy())
