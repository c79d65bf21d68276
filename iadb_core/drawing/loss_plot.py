"""The loss of training beside its floor."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas
from matplotlib.figure import Figure

from iadb_core.drawing.plots import FLOOR_COLOUR, captioned_figure, plain_numbers
from iadb_core.evaluation.metrics import EXCESS_LOSS, LOSS
from iadb_core.system.files import read_json

BINS = 64
FLOOR_IS = {
    "fresh points": "It is the same for every seed.",
    "train": "Here that field knows every training image by heart: a network that generalises stays above it.",
}
Paths = Sequence[str | os.PathLike[str]]


def loss_plot_of(
    name: str, seeds: Sequence[int], histories: Paths, maps: Paths, alpha: str, comparable: bool
) -> Figure:
    """The plot from files, one a seed: training.csv and map.json.

    comparable: whether the floor that was measured is that of the training's own loss: with uniform α, independent
    pairs and no condition.
    """
    tables = {seed: pandas.read_csv(path) for seed, path in zip(seeds, histories, strict=True)}
    floors, split = {}, "fresh points"
    for seed, path in zip(seeds, maps, strict=True):
        figures = {figure["metric"]: figure for figure in read_json(path)["figures"]}
        if EXCESS_LOSS.title in figures and comparable:
            split = figures[EXCESS_LOSS.title]["split"]
            floors[seed] = figures[LOSS.title]["floor"], figures[EXCESS_LOSS.title]["value"]
    return loss_plot(name, tables, floors or None, FLOOR_IS[split], alpha)


def excess(history: pandas.DataFrame, floor: float) -> tuple[np.ndarray, np.ndarray]:
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
    histories: Mapping[int, pandas.DataFrame],
    floors: Mapping[int, tuple[float, float]] | None,
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
    plain_numbers(axes[0])
    axes[0].legend(frameon=False)
    if floors:
        axes[1].set(xscale="log", xlabel="step", ylabel="excess loss")
        if min(np.min(line.get_ydata()) for line in axes[1].lines) > 0:
            axes[1].set_yscale("log")
        else:  # below the floor by chance
            axes[1].set_yscale("symlog", linthresh=max(1e-12, min(left for _, left in floors.values()) / 2))
    return figure
