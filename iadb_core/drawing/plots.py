"""Plots over captions that say what to see."""

import os
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from iadb_core.system.files import atomic

DPI, CHARACTERS_AN_INCH = 150, 12.4
FLOOR_COLOUR, GRID_COLOUR = "0.45", "0.9"


def save_plot(path: str | os.PathLike[str], figure: Figure) -> None:
    """Write a figure as PNG, atomically and the same bytes for the same figure. Raises InputError as `atomic` does."""
    canvas = FigureCanvasAgg(figure)
    with atomic(path) as file:
        canvas.print_png(file, metadata={"Software": None})


def captioned_figure(
    columns: int, rows: int, caption: str, size: tuple[float, float] = (5.0, 3.4)
) -> tuple[Figure, list[Axes]]:
    """A figure of columns × rows axes, row by row, over its caption; size: of each, in inches."""
    width, depth = size[0] * columns, size[1] * rows
    lines = fill(caption, int(CHARACTERS_AN_INCH * width))
    text = 0.21 * (lines.count("\n") + 1) + 0.15
    figure = Figure((width, depth + text), dpi=DPI)
    figure.set_layout_engine(
        "constrained", rect=(0, text / (depth + text), 1, depth / (depth + text)), w_pad=0.1, h_pad=0.08
    )
    figure.text(0.1 / width, 0.08 / (depth + text), lines, fontsize=9, va="bottom")
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.grid(color=GRID_COLOUR, linewidth=0.6)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    return figure, list(axes.flat)


def plain_numbers(axis: Axes) -> None:
    """Label a logarithmic axis with 1, 2 and 5 of each power of ten, written out."""
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())
