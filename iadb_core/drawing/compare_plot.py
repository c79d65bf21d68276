"""Experiments side by side: quality against evaluations, straightness, and training time."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from iadb_core.drawing.loss_plot import excess
from iadb_core.drawing.plots import FLOOR_COLOUR, captioned_figure, plain_numbers
from iadb_core.system.words import counted

COLUMNS = 3
TRAINING_SECONDS = "training seconds, with those before"
SAME_FLOOR = 1.1  # times the least: floors of one target, measured with other seeds
MANY_TIMES = 50  # as large as the least bar: then a logarithmic axis shows more


def compare_plot(
    name: str, table: pandas.DataFrame, histories: Mapping[str, Sequence[pandas.DataFrame]] | None = None
) -> Figure:
    """A plot for each figure, for quality against training time, and for the losses of training.

    table: as `tables.side_by_side` makes it. name: of the comparison. histories: of each experiment's seeds, `step` and
    `loss`.
    """
    figures = list(dict.fromkeys(table.figure))
    names = list(dict.fromkeys(table.experiment))
    colours = {experiment: f"C{number}" for number, experiment in enumerate(names)}
    caption = (
        f"{name}: mean over {counted(table.seeds.max(), 'seed')}, with one standard deviation. Against network "
        "evaluations a sample (NFE): Euler's steps of a field, whatever its own solver, jumps of a flow map. Dashed: "
        "what as many real samples score, or the exact field of independent pairs. Of distances less is better. "
        "Training seconds are those of all models that it takes, and of the pairs that they make; beside them, quality "
        "with the fewest evaluations is hollow, with the most it is filled."
    )
    more = [_against_seconds] if table.nfe.notna().any() else []
    count = len(figures) + len(more) + bool(histories)
    figure, axes = captioned_figure(COLUMNS, -(-count // COLUMNS), caption)
    for axis, title in zip(axes, figures, strict=False):
        own = table[table.figure == title]
        (_bars if own.nfe.isna().all() else _curves)(axis, own, colours)
        axis.set_title(title, fontsize=9)
    rest = iter(axes[len(figures) :])
    for draw in more:
        draw(next(rest), table, colours)
    if histories:
        _losses(next(rest), histories, colours)
    for axis in rest:
        axis.set_visible(False)
    axes[0].legend(frameon=False, fontsize=7)
    return figure


def _curves(axis: Axes, own: pandas.DataFrame, colours: dict[str, str]) -> None:
    for experiment, shown in own.groupby("experiment", sort=False):
        line = shown.sort_values("nfe")
        colour = colours[str(experiment)]
        axis.plot(line.nfe, line["mean"], "o-", markersize=3, color=colour, label=experiment)
        low, high = (line["mean"] + sign * line["std"].fillna(0) for sign in (-1, 1))
        axis.fill_between(line.nfe, low.clip(lower=line["mean"] / 2), high, color=colour, alpha=0.15, linewidth=0)
    floors = own.groupby("experiment", sort=False).floor.mean()
    shared = floors.max() <= SAME_FLOOR * floors.min()
    told = {"": float(floors.mean())} if shared else {str(name): float(floor) for name, floor in floors.items()}
    for name, floor in told.items():
        if floor > 0:
            axis.axhline(floor, color=colours.get(name, FLOOR_COLOUR), linestyle="--", linewidth=1)
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlabel("NFE")
    if (own["mean"] > 0).all():
        axis.set_yscale("log")
        plain_numbers(axis)


def _against_seconds(axis: Axes, table: pandas.DataFrame, colours: dict[str, str]) -> None:
    """The first figure that depends on evaluations, at the fewest and at the most, by how long was trained for it."""
    first = table[table.nfe.notna()].figure.iloc[0]
    seconds = table[table.figure == TRAINING_SECONDS].set_index("experiment")["mean"]
    for experiment, own in table[table.figure == first].groupby("experiment", sort=False):
        ends, colour = own.sort_values("nfe")["mean"].iloc[[0, -1]], colours[str(experiment)]
        x = seconds[experiment]
        axis.plot([x, x], ends, "-", color=colour, linewidth=1)
        axis.plot(x, ends.iloc[0], "o", markersize=5, markerfacecolor="white", color=colour)
        axis.plot(x, ends.iloc[1], "o", markersize=5, color=colour)
    axis.set(xscale="log", yscale="log", xlabel="training seconds")
    axis.set_title(f"{first}, against training time", fontsize=9)
    plain_numbers(axis, "x")
    plain_numbers(axis)


def _losses(axis: Axes, histories: Mapping[str, Sequence[pandas.DataFrame]], colours: dict[str, str]) -> None:
    for experiment, seeds in histories.items():
        for history in seeds:
            steps, losses = excess(history, 0.0)
            axis.plot(steps, losses, color=colours[experiment], linewidth=1)
    axis.set(xscale="log", yscale="log", xlabel="step")
    axis.set_title("loss of training (comparable within one objective)", fontsize=9)
    plain_numbers(axis)


def _bars(axis: Axes, own: pandas.DataFrame, colours: dict[str, str]) -> None:
    names = list(own.experiment)
    axis.barh(names, own["mean"], xerr=own["std"].fillna(0), color=[colours[name] for name in names], height=0.6)
    if own["mean"].min() > 0 and own["mean"].max() > MANY_TIMES * own["mean"].min():
        axis.set_xscale("log")
    for place, floor in enumerate(own.floor):
        if not np.isnan(floor):
            axis.plot([floor, floor], [place - 0.4, place + 0.4], color=FLOOR_COLOUR, linestyle="--", linewidth=1)
    axis.invert_yaxis()
    axis.tick_params(axis="y", labelsize=7)
