"""Samples of several models, a row for each."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from iadb_core.drawing.plots import DPI

SHOWN, POINTS = 12, 2048


def samples_beside(rows: Mapping[str, np.ndarray]) -> Figure:
    """A picture of samples by the name of their experiment: images, (count, channels, height, width), in [0, 1], in a
    row; points, (count, coordinates), in a plot each, of the first two coordinates.
    """
    of_images = all(samples.ndim == 4 for samples in rows.values())
    return _images(rows) if of_images else _points(rows)


def _images(rows: Mapping[str, np.ndarray]) -> Figure:
    figure = Figure((9, 0.95 * len(rows)), dpi=DPI, layout="constrained")
    axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axis, (name, samples) in zip(axes, rows.items(), strict=True):
        strip = np.concatenate(list(samples[:SHOWN]), axis=2).transpose(1, 2, 0).clip(0, 1)
        axis.imshow(strip[..., 0] if strip.shape[2] == 1 else strip, cmap="gray", vmin=0, vmax=1)
        axis.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
        axis.set(xticks=[], yticks=[])
    return figure


def _points(rows: Mapping[str, np.ndarray]) -> Figure:
    columns = min(4, len(rows))
    lines = -(-len(rows) // columns)
    figure = Figure((2.4 * columns, 2.6 * lines), dpi=DPI, layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False).flatten()
    both = np.concatenate([samples[:POINTS, :2] for samples in rows.values()])
    low, high = np.quantile(both, 0.002, axis=0), np.quantile(both, 0.998, axis=0)
    for axis, (name, samples) in zip(axes, rows.items(), strict=False):
        second = samples[:POINTS, 1] if samples.shape[1] > 1 else np.zeros(len(samples[:POINTS]))
        axis.scatter(samples[:POINTS, 0], second, s=1, color="C0", linewidths=0)
        axis.set(xticks=[], yticks=[], xlim=(low[0], high[0]))
        axis.set_title(name, fontsize=8)
        if samples.shape[1] > 1:
            axis.set_ylim(low[1], high[1])
    for axis in axes[len(rows) :]:
        axis.set_visible(False)
    return figure
