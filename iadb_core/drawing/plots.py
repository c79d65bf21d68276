"""Plots over captions that say what to see."""

import os
from collections.abc import Iterable
from pathlib import Path
from textwrap import fill
from typing import Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, NullFormatter

from iadb_core.system.files import atomic, write_text

DPI, CHARACTERS_AN_INCH = 150, 12.4
COLUMN_INCHES, PAGE_INCHES, PAPER_POINTS = 3.3, 6.9, 7  # of a paper: one column, both of two, and its small print
WITHOUT_DATES = {".pdf": {"CreationDate": None, "Creator": None, "Producer": None}, ".svg": {"Date": None}}
FLOOR_COLOUR, GRID_COLOUR = "0.45", "0.9"


def save_plot(path: str | os.PathLike[str], figure: Figure) -> None:
    """Write a figure as PNG, atomically and the same bytes for the same figure. Raises InputError as `atomic` does."""
    canvas = FigureCanvasAgg(figure)
    with atomic(path) as file:
        canvas.print_png(file, metadata={"Software": None})


def save_plots(paths: Iterable[str | os.PathLike[str]], figure: Figure) -> None:
    """Write a figure as each path's suffix has it: .png with its caption; .pdf and .svg for a paper, without; .txt, the
    caption alone. What is none of these is left out. Raises InputError as `atomic` does.
    """
    by_suffix = {Path(path).suffix: path for path in paths}
    if ".png" in by_suffix:
        save_plot(by_suffix[".png"], figure)
    caption = for_paper(figure)
    for suffix, metadata in WITHOUT_DATES.items():
        if suffix in by_suffix:
            with rc_context({"svg.hashsalt": "iadb", "pdf.fonttype": 42}), atomic(by_suffix[suffix]) as file:
                figure.savefig(file, format=suffix[1:], metadata=metadata)
    if ".txt" in by_suffix:
        write_text(by_suffix[".txt"], f"{caption}\n")


def for_paper(figure: Figure) -> str:
    """Make a captioned figure fit a paper: as wide as a column, or as both if it has axes side by side, in small print
    and without its caption, which is returned.
    """
    (caption,) = figure.texts
    layout = figure.get_layout_engine()
    assert isinstance(layout, ConstrainedLayoutEngine)
    (width, height), (_, _, _, share) = figure.get_size_inches(), layout.get()["rect"]
    grid = figure.axes[0].get_subplotspec()
    several = grid is not None and grid.get_gridspec().ncols > 1
    wanted = PAGE_INCHES if several else COLUMN_INCHES
    told = " ".join(caption.get_text().split())
    caption.remove()
    layout.set(rect=(0, 0, 1, 1))
    figure.set_size_inches(wanted, height * share * wanted / width)
    for text in figure.findobj(Text):
        text.set_fontsize(min(PAPER_POINTS, text.get_fontsize()))
    return told


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


def plain_numbers(axis: Axes, which: Literal["x", "y"] = "y") -> None:
    """Label a logarithmic axis with 1, 2 and 5 of each power of ten, written out."""
    scaled = axis.yaxis if which == "y" else axis.xaxis
    scaled.set_major_locator(LogLocator(subs=(1, 2, 5)))
    scaled.set_major_formatter("{x:g}")
    scaled.set_minor_formatter(NullFormatter())
