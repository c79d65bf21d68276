"""Curves with their floors: the loss of training, and the table of solvers. Captions say what to see."""

import os
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from iadb_core.system.files import atomic

if TYPE_CHECKING:  # the pictures of fields need no tables
    import pandas

DPI, CHARACTERS_AN_INCH = 150, 12.4
FLOOR_COLOUR, GRID_COLOUR = "0.45", "0.9"
SOLVER_COLOURS = {"euler": "C0", "midpoint": "C1", "heun": "C2", "rk4": "C3", "dopri5": "C4"}
BINS = 64


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


def excess(history: "pandas.DataFrame", floor: float) -> tuple[np.ndarray, np.ndarray]:
    """The excess loss during training: the middle step and the mean loss less the floor, of up to 64 stretches.

    history: `step` and `loss`, the mean loss since the row before. The stretches grow with the steps, as does what
    can be told from the noise of the batches.
    """
    steps, begins = history.step.to_numpy(), np.r_[0, history.step.to_numpy()[:-1]]
    edges = np.unique(np.geomspace(steps[0], steps[-1], BINS + 1).round())
    middles, losses = [], []
    for low, high in zip(np.r_[0, edges[:-1]], edges, strict=True):
        rows = (steps > low) & (steps <= high)
        if rows.any():
            weights = (steps - begins)[rows]
            middles.append((begins[rows][0] + steps[rows][-1]) / 2)
            losses.append(np.average(history.loss.to_numpy()[rows], weights=weights))
    return np.array(middles), np.array(losses) - floor


def loss_plot(
    name: str,
    histories: "dict[int, pandas.DataFrame]",
    floors: dict[int, tuple[float, float]] | None,
    floor_is: str,
    alpha: str = "uniform",
) -> Figure:
    """The loss of training by step, beside its floor, and the excess loss on logarithmic axes.

    histories: by seed, as training.csv. floors: by seed (floor of the loss, excess loss after training), or None.
    floor_is: what the floor means for this experiment. alpha: how it is drawn while training; floors are of a uniform
    one.
    """
    drawn = "" if alpha == "uniform" else f", with {alpha.replace('_', '-')} α"
    caption = f"{name}: the deblending loss per coordinate while training{drawn}, by seed."
    if floors:
        caption += (
            " The dashed line is the loss of the exact field, which no network can beat on samples it has not seen. "
            f"{floor_is} Right: what is left above it, with a cross for the trained network, measured on blends of its "
            "own; it goes to zero as the network learns the field."
        )
    figure, axes = captioned_figure(2 if floors else 1, 1, caption)
    floor = float(np.mean([floor for floor, _ in floors.values()])) if floors else 0.0
    if floors:
        axes[0].axhline(floor, color=FLOOR_COLOUR, linestyle="--", linewidth=1, label="exact field")
    for colour, (seed, history) in enumerate(histories.items()):
        smooth_steps, smooth = excess(history, 0.0)
        axes[0].plot(smooth_steps, smooth, color=f"C{colour}", label=f"seed {seed}")
        if floors:
            axes[1].plot(smooth_steps, smooth - floor, color=f"C{colour}", label=f"seed {seed}")
            axes[1].plot(
                history.step.iloc[-1], floors[seed][1], "x", color=f"C{colour}", markersize=8, markeredgewidth=2
            )
    axes[0].set(xscale="log", yscale="log", xlabel="step", ylabel="loss")
    _plain_numbers(axes[0])
    axes[0].legend(frameon=False)
    if floors:
        axes[1].set(xscale="log", xlabel="step", ylabel="excess loss")
        if min(np.min(line.get_ydata()) for line in axes[1].lines) > 0:
            axes[1].set_yscale("log")
        else:  # below the floor by chance
            axes[1].set_yscale("symlog", linthresh=max(1e-12, min(left for _, left in floors.values()) / 2))
    return figure


def solver_plot(table: "pandas.DataFrame") -> Figure:
    """Quality against network evaluations and against time, for each metric of a table of solvers, log axes."""
    metrics = list(dict.fromkeys(table.metric))
    n = table.n.iloc[0]
    caption = (
        f"{table.experiment.iloc[0]}, seed {table.seed.iloc[0]}: one trained network, sampled by every solver; {n:,} "
        "samples against held-out ones, lower is better. Dashed: what as many real samples score, with one standard "
        "deviation over draws. Where a curve has become flat, more evaluations buy nothing: what is left above "
        "the dashed line is the network's own error."
    )
    figure, axes = captioned_figure(2, len(metrics), caption)
    for row, metric in enumerate(metrics):
        of_metric = table[table.metric == metric]
        for axis, column in zip(axes[2 * row : 2 * row + 2], ("nfe", "seconds"), strict=True):
            _solver_curves(axis, of_metric, column)
            axis.set_ylabel(metric)
    axes[0].legend(frameon=False, fontsize=8)
    return figure


def _solver_curves(axis: Axes, of_metric: "pandas.DataFrame", column: str) -> None:
    for solver, shown in of_metric.groupby("solver", sort=False):
        axis.plot(shown[column], shown.value, "o-", markersize=3, color=SOLVER_COLOURS[str(solver)], label=solver)
    floor, deviation = of_metric.floor.iloc[0], of_metric.floor_std.iloc[0]
    axis.axhline(floor, color=FLOOR_COLOUR, linestyle="--", linewidth=1, label="real samples")
    positive = (of_metric.value > 0).all() and floor > 0
    axis.set_xscale("log")
    if positive:
        axis.set_yscale("log")
        _plain_numbers(axis)
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


def _plain_numbers(axis: Axes) -> None:
    """Label a logarithmic axis with 1, 2 and 5 of each power of ten, written out."""
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())


def field_plot(
    name: str, alphas: Sequence[float], grids: Sequence[np.ndarray], fields: Mapping[str, Sequence[np.ndarray]]
) -> Figure:
    """A field as arrows on the unit square at a few α, a row for each kind: the network's, and the exact one.

    grids: at each α the places of the arrows, (arrows, 2), rows and columns. fields: by kind, at each α the field
    there, (arrows, 2), NaN where there is none. Arrows are drawn at a fifth of their length.
    """
    caption = (
        f"{name}: the mean difference E[x1 - x0] of the pairs that blend into each place, which is where samples move. "
        "Arrows are drawn where there are samples at that α, at a fifth of their length. "
    )
    if len(fields) > 1:
        caption += (
            "Above as the network learnt it, below the exact field, which is only where some pair blends "
            "into the place."
        )
    figure, axes = captioned_figure(len(alphas), len(fields), caption, size=(2.6, 2.6))
    for row, (kind, values) in enumerate(fields.items()):
        for column, alpha in enumerate(alphas):
            axis, (places, arrows) = axes[row * len(alphas) + column], (grids[column], values[column] / 5)
            there = np.isfinite(arrows).all(axis=1)
            places, arrows = places[there], arrows[there]
            axis.quiver(
                places[:, 1], 1 - places[:, 0], arrows[:, 1], -arrows[:, 0],
                angles="xy", scale_units="xy", scale=1, width=0.006, color=f"C{row}",
            )  # fmt: skip
            axis.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], aspect="equal")
            axis.spines[["top", "right"]].set_visible(True)
            axis.set_title(f"{kind}, α = {alpha:.2f}", fontsize=9)
    return figure
