"""A sweep: the figure that decides against each swept key."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from iadb_core.drawing.plots import FLOOR_COLOUR, captioned_figure, plain_numbers

MOST_COLUMNS, MANY, LETTERS = 3, 12, 40  # axes side by side; values that are all labelled; letters in a line
SPREAD = 20  # from the least to the largest value, from which on an axis is logarithmic
REPORTED = "C1"


def sweep_plot(name: str, table: pandas.DataFrame, keys: Sequence[str], chosen_by: str) -> Figure:
    """The figure that decides against each swept key.

    table, keys, chosen_by: as of `variants.Compared`. A variant without a figure is a cross at the top.
    """
    shown = list(keys) or [""]
    reported = chosen_by.rpartition(",")[0]
    caption = (
        f"Sweep of {name}: each point is a variant, the line the best at each value. Filled: {chosen_by}, by which "
        "variants are chosen, with one standard deviation over seeds. Open: the same figure of held-out samples. "
        "Dashed: what real samples score. A cross: a variant of which a run failed."
    )
    columns = min(MOST_COLUMNS, len(shown))
    figure, axes = captioned_figure(columns, -(-len(shown) // columns), caption, (4.2, 3.2))
    for axis, key in zip(axes, shown, strict=False):
        _against(axis, table, key, chosen_by, reported)
    for axis in axes[len(shown) :]:
        axis.set_visible(False)
    return figure


def _against(axis: Axes, table: pandas.DataFrame, key: str, chosen_by: str, reported: str) -> None:
    places = _places(axis, list(table[key]) if key else ["all"] * len(table))
    found, x = table[chosen_by].notna().to_numpy(), np.array(places)
    decided, deviation = table[chosen_by].to_numpy(float), table[f"{chosen_by}, std"].fillna(0).to_numpy(float)
    best = pandas.Series(decided[found]).groupby(x[found]).min()
    axis.plot(best.index, best.to_numpy(), color="C0", linewidth=1, alpha=0.5)
    axis.errorbar(x[found], decided[found], deviation[found], fmt="o", color="C0", markersize=4, capsize=2, linewidth=1)
    if reported in table:
        axis.plot(x[found], table[reported].to_numpy(float)[found], "o", color=REPORTED, fillstyle="none", markersize=8)
    floor = table[f"{chosen_by}, floor"].mean()
    if np.isfinite(floor):
        axis.axhline(floor, color=FLOOR_COLOUR, linestyle="--", linewidth=1)
    low, high = np.nanmin([*decided[found], floor]), np.nanmax(decided[found])
    if low > 0 and high / low > SPREAD:
        axis.set_yscale("log")
        plain_numbers(axis)
    lost = ~found | (table["failed"] != "").to_numpy() if "failed" in table else ~found
    axis.plot(x[lost], np.full(lost.sum(), 0.97), "x", color="C3", transform=axis.get_xaxis_transform())
    axis.set_xlabel(key)
    axis.set_ylabel(chosen_by)


def _places(axis: Axes, values: list[Any]) -> list[float]:
    """Where the values of a key stand on the axis: numbers where they are, all else side by side."""
    distinct = sorted(set(values), key=lambda value: (isinstance(value, str), value))
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in distinct):
        if distinct[0] > 0 and distinct[-1] / distinct[0] >= SPREAD:
            axis.set_xscale("log")
        if len(distinct) <= MANY:
            axis.set_xticks(distinct, [f"{value:g}" for value in distinct])
            axis.minorticks_off()
        return values
    words = [str(value) for value in distinct]
    axis.set_xticks(range(len(distinct)), words)
    if sum(map(len, words)) > LETTERS:
        axis.tick_params(axis="x", labelrotation=30)
    return [float(distinct.index(value)) for value in values]
