"""Figures of papers and ours, side by side on one axis a paper."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from iadb_core.drawing.plots import FLOOR_COLOUR, captioned_figure, plain_numbers

COLOURS: Mapping[str, str] = {"agrees": "C0", "differs": "C3"}
INCHES_A_ROW = 0.28


def published_plot(table: pandas.DataFrame) -> Figure:
    """A part for each paper, a line for each figure. table: as `tables.published` makes it."""
    papers = list(dict.fromkeys(table.paper))
    rows = max(int((table.paper == paper).sum()) for paper in papers)
    caption = (
        "Published figures (open) and ours (filled), each with one standard deviation over seeds; a tick is what as "
        "many real samples score. Blue: they agree, no farther apart than both deviations. Red: they differ. Grey: "
        "both are at the floor, so that no method can be told from another, or no deviation is known."
    )
    figure, axes = captioned_figure(len(papers), 1, caption, (6.5, 1.2 + INCHES_A_ROW * rows))
    for axis, paper in zip(axes, papers, strict=True):
        _lines(axis, table[table.paper == paper])
        axis.set_title(paper, fontsize=9)
    return figure


def _lines(axis: Axes, own: pandas.DataFrame) -> None:
    numbers = own[["published", "published_std", "ours", "ours_std", "floor"]].to_numpy(float)
    for at, (row, verdict) in enumerate(zip(numbers, own.verdict, strict=True)):
        published, published_std, ours, ours_std, floor = row
        how: dict[str, Any] = {"fmt": "o", "color": COLOURS.get(str(verdict), FLOOR_COLOUR), "capsize": 2}
        axis.errorbar(published, at - 0.13, xerr=np.nan_to_num(published_std), markerfacecolor="white", **how)
        axis.errorbar(ours, at + 0.13, xerr=np.nan_to_num(ours_std), **how)
        if not np.isnan(floor):
            axis.plot([floor, floor], [at - 0.35, at + 0.35], color="black", linewidth=1.2)
    axis.set_yticks(range(len(own)), [str(called) for called in own.called], fontsize=8)
    axis.set_xscale("log")
    plain_numbers(axis, "x")
    axis.invert_yaxis()
