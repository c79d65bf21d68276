"""Figures of papers beside ours, made again by the same protocol, and beside what real samples score."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas

from iadb_core.data.parts import HELD_OUT
from iadb_core.evaluation import metrics
from iadb_core.evaluation.moments import CLOSED_FORM
from iadb_core.system.errors import InputError
from iadb_core.system.words import counted
from iadb_core.tables.settings import Published, PublishedFigure

AGREES, DIFFERS = "agrees", "differs"
AT_FLOOR, NO_DEVIATION = "cannot tell: at the floor", "cannot tell: no deviation is known"
BY_KEY = {metric.key: metric for metric in vars(metrics).values() if isinstance(metric, metrics.Metric)} | {
    metric.key: metric for metric in metrics.FRECHET.values()
}
COLUMNS = [
    *("paper", "called", "experiment", "metric", "squared", "solver", "nfe"),
    *("published", "published_std", "published_seeds", "ours", "ours_std", "ours_seeds"),
    *("floor", "floor_std", "n", "verdict"),
]


class Spread(NamedTuple):
    """Mean and standard deviation, if there is one, of several values."""

    mean: float
    std: float | None


def verdict(published: Spread, ours: Spread, floor: Spread | None) -> str:
    """Whether a figure was had again.

    It agrees if both means are no farther apart than the sum of their deviations. It cannot be told where both are
    within two deviations of what real samples score, above or below: there any method scores the same.
    """
    if floor and all(abs(own.mean - floor.mean) <= 2 * (floor.std or 0) for own in (published, ours)):
        return AT_FLOOR
    if published.std is None and ours.std is None:
        return NO_DEVIATION
    apart = abs(published.mean - ours.mean)
    return AGREES if apart <= (published.std or 0) + (ours.std or 0) else DIFFERS


def published_table(
    papers: Mapping[str, Published], runs: Mapping[str, Sequence[pandas.DataFrame]]
) -> pandas.DataFrame:
    """A row for each published figure, by `COLUMNS`.

    papers: by a short name. runs: of each experiment what was measured of each seed: tables of solvers, or the figures
    of maps, with a column `metric`. Raises InputError for a figure that no run has, or of which a run has several.
    """
    rows = []
    for paper in papers.values():
        for figure in paper.figures:
            of_solver = [run for run in runs[figure.experiment] if ("solver" in run) == (figure.solver is not None)]
            found = [_of_run(run, figure) for run in of_solver]
            ours, floor = _spread([value for value, *_ in found]), _floor(found, figure.squared)
            theirs = Spread(figure.mean, figure.std)
            told = (paper.title, figure.called, figure.experiment, figure.metric, figure.squared, figure.solver)
            rows.append(
                [
                    *(*told, figure.nfe, *theirs, figure.seeds, *ours, len(found)),
                    *(*(floor or (None, None)), found[0][3], verdict(theirs, ours, floor)),
                ]
            )
    return pandas.DataFrame(rows, columns=COLUMNS)


def _of_run(run: pandas.DataFrame, figure: PublishedFigure) -> tuple[float, float | None, float | None, int]:
    """Value, floor with its deviation, and n; squared where the paper's is, but for the floor."""
    title = BY_KEY[figure.metric].title
    own = run[(run.metric == title) & (run.split == HELD_OUT)]
    for column, value in (("solver", figure.solver), ("nfe", figure.nfe), ("tolerance", figure.tolerance)):
        own = own if value is None else own[own[column] == value]
    every = own.to_dict("records")
    if len(every) != 1:
        which = " ".join(str(part) for part in (title, figure.solver, figure.nfe) if part is not None)
        raise InputError(f"{figure.experiment} has {len(every)} figures {which}, not one")
    (one,) = every
    known = one.get("floor_is") in ("exact field", CLOSED_FORM)  # of another coupling, or what it must be
    floor, deviation = (None, None) if known else (_number(one["floor"]), _number(one.get("floor_std")))
    return one["value"] ** (2 if figure.squared else 1), floor, deviation, int(one["n"])


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None)


def _floor(found: Iterable[tuple[float, float | None, float | None, int]], squared: bool) -> Spread | None:
    """The mean floor of the runs; squared, by the moments of a square whose deviation is small."""
    pairs = [(floor, deviation or 0.0) for _, floor, deviation, _ in found if floor is not None]
    if not pairs:
        return None
    mean, std = (float(part) for part in np.mean(pairs, axis=0))
    return Spread(mean**2 + std**2, 2 * mean * std) if squared else Spread(mean, std)


def readable(table: pandas.DataFrame) -> str:
    """The table in short, as Markdown: a part for each paper."""
    parts = []
    for paper, own in table.groupby("paper", sort=False):
        spreads = {"published": "published", "ours": "ours", "real samples": "floor"}
        shown = pandas.DataFrame(
            {
                "figure": own.called.to_list(),
                **{
                    title: [told(*pair) for pair in own[[key, f"{key}_std"]].to_numpy(float)]
                    for title, key in spreads.items()
                },
                "verdict": own.verdict.to_list(),
            }
        )
        counts = f"{counted(own.ours_seeds.iloc[0], 'seed')} of ours"
        if own.published_seeds.notna().all():
            counts = f"{counted(own.published_seeds.iloc[0], 'seed')} in the paper, {counts}"
        parts.append(f"{paper}; {counts}:\n\n{shown.to_markdown(index=False)}")
    return "\n\n".join(parts) + "\n"


def told(mean: float, std: float) -> str:
    """A mean with its deviation, if it has any."""
    if np.isnan(mean):
        return ""
    return f"{mean:.3g}" if np.isnan(std) else f"{mean:.3g} ± {std:.2g}"
