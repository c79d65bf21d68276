"""Every solver at every number of network evaluations (NFE), from one trained network."""

import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from torch import Tensor

from iadb_core.data.parts import HELD_OUT
from iadb_core.evaluation.comparison import Comparison
from iadb_core.evaluation.measured import FIGURE, Measured
from iadb_core.evaluation.metrics import EXACT_MAP
from iadb_core.evaluation.paths import root_mean_square
from iadb_core.evaluation.settings import Evaluation
from iadb_core.method.integration import solver_of
from iadb_core.sampling.conditions import sampler_of
from iadb_core.sampling.model import Model
from iadb_core.sampling.settings import Sampling
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress

MOST_REPEATS, ENOUGH_SECONDS = 6, 2.0
MAP = "map"


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


PROTOCOL = ("weights_hash", "batch_size", "threads", "precision", "device", "versions", "code")
COLUMNS = ("experiment", "seed", *Run._fields, "samples_per_second", *FIGURE, *PROTOCOL)


def ways(settings: Evaluation, sampling: Sampling, jumps: bool = False) -> list[Sampling]:
    """The settings of `sampling` for each solver and NFE that can be had; of a flow map, which jumps, with its own.

    A solver that makes steps of its own has `tolerances`, relative and absolute at once, and ends where it must. Raises
    InputError if there is no way.
    """
    found = []
    for name in [*(name for name in settings.solvers if name != MAP), *([MAP] if jumps else [])]:
        cost = solver_of(name).evaluations
        own: list[dict[str, Any]]
        if cost is None:
            own = [{"steps": 1, "rtol": tolerance, "atol": tolerance} for tolerance in settings.tolerances]
        else:
            own = [{"steps": nfe // cost, "rtol": 0.0, "atol": 0.0} for nfe in settings.nfe if nfe % cost == 0]
        found += [sampling.model_copy(update={"solver": name, **way}) for way in own]
    if not found:
        raise InputError("evaluation.nfe has no whole number of steps of any of evaluation.solvers")
    return found


def solver_table(
    model: Model,
    begin: Tensor,
    settings: Evaluation,
    sampling: Sampling,
    comparisons: Sequence[Comparison[Any]],
    condition: Tensor | None = None,
    exact: Tensor | None = None,
) -> Iterator[dict[str, Any]]:
    """A row for each of the `ways`, each comparison and each measure of quality, without `PROTOCOL`.

    begin: (count, *shape), the same starts in every way. comparisons: with validation samples, by which a way is
    chosen, and with held-out ones. condition: the class of each start, if the model takes one. exact: where the exact
    field carries the first starts, if it is known. Raises InputError if there is no way, or no measure can be taken.
    """
    every, measured = ways(settings, sampling, model.jumps), [Measured.of(one, one.quality()) for one in comparisons]
    with Progress(len(every), "ways to sample") as progress:
        for way in every:
            ends, run = _timed(model, begin, way, condition)
            progress.update(1, f"{run.solver}, {run.nfe:.0f} evaluations")
            timing = run._asdict() | {"samples_per_second": len(begin) / run.seconds}
            for one in measured:
                for figure in one.figures(ends):
                    yield timing | figure
            if exact is not None:
                yield timing | _apart(ends, exact)


def _apart(ends: Tensor, exact: Tensor) -> dict[str, Any]:
    """How far ends are from where the exact field carries the same starts, by the columns of `FIGURE`."""
    found = {
        "metric": EXACT_MAP.title,
        "key": EXACT_MAP.key,
        "value": root_mean_square(ends[: len(exact)], exact),
        "floor": 0.0,
    }
    return dict.fromkeys(FIGURE) | found | {"n": len(exact), "split": HELD_OUT}


def _timed(model: Model, begin: Tensor, way: Sampling, condition: Tensor | None) -> tuple[Tensor, Run]:
    """The ends of starts, and what it took to carry them there."""
    sampler, before = sampler_of(model, way, condition), model.evaluations
    seconds: list[float] = []
    while len(seconds) < MOST_REPEATS and sum(seconds) < ENOUGH_SECONDS:
        began = time.monotonic()
        ends = sampler.ends(begin)
        seconds.append(time.monotonic() - began)
    nfe = (model.evaluations - before) / len(seconds) / len(begin)
    kept, tolerance = seconds[1:] or seconds, None if sampler.way.solver.evaluations else way.rtol
    return ends, Run(way.solver, way.schedule, way.steps, tolerance, nfe, median(kept), len(kept))


def ordered(rows: Iterator[dict[str, Any]], shared: Mapping[str, Any]) -> list[list[Any]]:
    """The rows with what they share, as lists in the order of `COLUMNS`."""
    return [[{**row, **shared}[column] for column in COLUMNS] for row in rows]
