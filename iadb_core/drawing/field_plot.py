"""A field as arrows: the network's, and the exact one."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure

from iadb_core.data.density import Density
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.plots import captioned_figure
from iadb_core.method.exact import exact_field
from iadb_core.sampling.model import Model

SHOWN, CELLS = (0.0, 0.25, 0.5, 0.75, 0.95), 20


def occupied(points: np.ndarray) -> np.ndarray:
    """The centres of the cells of the unit square that have points, (cells, 2)."""
    inside = points[((points >= 0) & (points < 1)).all(axis=1)]
    return (np.unique((inside * CELLS).astype(int), axis=0) + 0.5) / CELLS


def field_plot_of(
    name: str, model: Model, alphas: Sequence[float], trajectory: np.ndarray, source: Density, target: Density
) -> Figure:
    """The plot of a model's field where its trajectory, (T + 1, count, 2), is at a few of the alphas, (T + 1,)."""
    exact = exact_field(source.law(), target.law(), model.shape)
    kinds = {"network": model.on_cpu} | ({"exact": exact.where_known} if exact else {})
    every = np.array(alphas)
    index = [int(np.abs(every - wanted).argmin()) for wanted in SHOWN]
    plane = plane_of(trajectory[0], trajectory[-1], source, target)
    places = [occupied(plane.places(trajectory[i])) for i in index]
    points = [torch.from_numpy(plane.points(own)).float() for own in places]
    with torch.inference_mode():
        fields = {
            kind: [
                plane.arrows(field(x, x.new_full((len(x),), every[i])).numpy())
                for i, x in zip(index, points, strict=True)
            ]
            for kind, field in kinds.items()
        }
    return field_plot(name, every[index].tolist(), places, fields)


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
