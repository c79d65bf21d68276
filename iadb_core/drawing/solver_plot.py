"""A table of solvers: quality against evaluations and against time."""

from typing import get_args

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from iadb_core.data.parts import HELD_OUT
from iadb_core.drawing.plots import FLOOR_COLOUR, captioned_figure, plain_numbers
from iadb_core.evaluation.metrics import EXACT_MAP
from iadb_core.method.names import SolverName

COLOURS = {name: f"C{number}" for number, name in enumerate(get_args(SolverName))}


def solver_plot(table: pandas.DataFrame) -> Figure:
    """Quality against network evaluations and against time, for each metric of a table of solvers, log axes."""
    table = table[table.split == HELD_OUT]
    metrics = list(dict.fromkeys(table.metric))
    n = table.n.iloc[0]
    caption = (
        f"{table.experiment.iloc[0]}, seed {table.seed.iloc[0]}: one trained network, sampled by every solver; {n:,} "
        "samples against held-out ones, lower is better. Dashed: what as many real samples score, with one standard "
        "deviation over draws. Where a curve has become flat, more evaluations buy nothing: what is left above "
        "the dashed line is the network's own error."
    )
    if EXACT_MAP.title in metrics:
        caption += " The distance to the exact map is to where the exact field carries the same starts: its floor is 0."
    figure, axes = captioned_figure(2, len(metrics), caption)
    for row, metric in enumerate(metrics):
        of_metric = table[table.metric == metric]
        for axis, column in zip(axes[2 * row : 2 * row + 2], ("nfe", "seconds"), strict=True):
            _solver_curves(axis, of_metric, column)
            axis.set_ylabel(metric)
    axes[0].legend(frameon=False, fontsize=8)
    return figure


def _solver_curves(axis: Axes, of_metric: pandas.DataFrame, column: str) -> None:
    for solver, shown in of_metric.groupby("solver", sort=False):
        axis.plot(shown[column], shown.value, "o-", markersize=3, color=COLOURS[str(solver)], label=solver)
    floor, deviation = of_metric.floor.iloc[0], of_metric.floor_std.iloc[0]
    if floor != 0:
        axis.axhline(floor, color=FLOOR_COLOUR, linestyle="--", linewidth=1, label="real samples")
    positive = (of_metric.value > 0).all() and floor >= 0
    axis.set_xscale("log")
    if positive:
        axis.set_yscale("log")
        plain_numbers(axis)
    else:
        axis.set_yscale("symlog", linthresh=max(abs(floor), 0.0 if np.isnan(deviation) else deviation, 1e-9))
    if deviation > 0:
        lowest = max(floor - deviation, floor / 10) if positive else floor - deviation
        axis.axhspan(lowest, floor + deviation, color=FLOOR_COLOUR, alpha=0.15, linewidth=0)
    axis.autoscale_view()
    if column == "nfe":
        axis.set_xlabel("network evaluations a sample (NFE)")
        axis.set_xscale("log", base=2)
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter(NullFormatter())
    else:
        axis.set_xlabel("seconds for all samples")
