"""How fast paths by chance, and deterministic ones, come to the map: distances against steps."""

import pandas
from matplotlib.figure import Figure

from iadb_core.drawing.plots import captioned_figure, plain_numbers
from iadb_core.evaluation.theorem import slope

LINES = {
    "by_chance": ("by chance: distance to the map's end", "C0", "o-"),
    "spread": ("by chance: spread of the ends of one start", "C1", "s-"),
    "deterministic": ("deterministic: distance to the map's end", "C2", "^-"),
}


def theorem_plot(name: str, table: pandas.DataFrame) -> Figure:
    """The plot. table: a row for each number of steps, by the columns of `Convergence`."""
    slopes = {key: slope(table.steps.to_list(), table[key].to_list()) for key in LINES}
    told = {key: "" if own is None else f", slope {own:.2f}" for key, own in slopes.items()}
    caption = (
        f"{name}: mean distances against the number of steps T, with exact pairs and the exact field of the same "
        "densities. Theory: by chance as T to the power of −½, for the steps' errors are independent; deterministic "
        "as T to the power of −1, the order of Euler's method. Slopes are fitted from 16 steps on."
    )
    figure, (axis,) = captioned_figure(1, 1, caption, (6.5, 4.2))
    for key, (label, colour, marks) in LINES.items():
        axis.plot(table.steps, table[key], marks, color=colour, markersize=4, label=label + told[key])
    low, high = (table.by_chance + sign * table.by_chance_error for sign in (-1, 1))
    axis.fill_between(table.steps, low, high, color="C0", alpha=0.2, linewidth=0)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.xaxis.set_major_formatter("{x:g}")
    plain_numbers(axis)
    axis.set_xlabel("steps T")
    axis.set_ylabel("distance")
    axis.legend(frameon=False, fontsize=8)
    return figure
