"""Where points are drawn: from points of any dimension to places in a square, by row and column."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from iadb_core.data.density import UNIT, Box, Density

OUTER = 0.005  # of the points on either side may lie outside of what is shown
MARGIN = 1.2  # of what is shown, in what the points take
GOLDEN = 0.6180339887  # spreads points of a line over its height
SPREAD = 0.5


class Plane(NamedTuple):
    """How points are shown. box: what part of the plane. axes: (d, 2), that give a point's coordinates there; None for
    a line. note: what is to be said of it.
    """

    box: Box
    axes: np.ndarray | None
    note: str = ""

    def places(self, points: np.ndarray) -> np.ndarray:
        """Points, (count, d), as (row, column), (count, 2), in the unit square where they are shown."""
        if self.axes is None:
            height = 0.5 + SPREAD * ((np.arange(len(points)) * GOLDEN) % 1 - 0.5)
            across = (points[:, 0] - self.box.low[0]) / self.box.width
            return np.stack([height, across], axis=1)
        shown = (points @ self.axes - np.array(self.box.low)) / self.box.width
        return np.stack([1 - shown[:, 1], shown[:, 0]], axis=1) if self.box.upward else shown

    def points(self, places: np.ndarray) -> np.ndarray:
        """The points of the plane, (count, 2), at places, (row, column); of points that have two coordinates."""
        shown = np.stack([places[:, 1], 1 - places[:, 0]], axis=1) if self.box.upward else places
        return shown * self.box.width + np.array(self.box.low)

    def arrows(self, vectors: np.ndarray) -> np.ndarray:
        """Differences of points of the plane, (count, 2), as differences of places, (row, column)."""
        shown = vectors / self.box.width
        return np.stack([-shown[:, 1], shown[:, 0]], axis=1) if self.box.upward else shown


def plane_of(
    begin: np.ndarray, end: np.ndarray, source: Density, target: Density, axes: Sequence[str] | None = None
) -> Plane:
    """How points that begin and end there, each (count, d), are shown: all of them, but for a few far ones.

    axes: the names of two coordinates that are shown. Else, of more than two, the first two principal components of the
    ends are. Points of pictures lie in the unit square.
    """
    if source.rows_and_columns or target.rows_and_columns:
        return Plane(UNIT, np.eye(2))
    both, dimension = np.concatenate([begin, end]).astype(np.float64), begin.shape[1]
    named = target if target.coordinates() else source
    names = named.coordinates() or [f"x{number}" for number in range(dimension)]
    chosen = [names.index(name) for name in axes] if axes else list(range(min(dimension, 2)))
    shown_along = np.eye(dimension)[:, chosen]
    components = dimension > 2 and not axes
    if components:
        centred = end - end.mean(axis=0)
        shown_along = np.linalg.svd(centred.astype(np.float64), full_matrices=False)[2][:2].T
    shown = both @ shown_along
    low, high = np.quantile(shown, OUTER, axis=0), np.quantile(shown, 1 - OUTER, axis=0)
    width = max(float((high - low).max()), 1e-6) * MARGIN
    corner = (low + high - width) / 2
    box = Box((float(corner[0]), float(corner[1]) if len(corner) > 1 else 0.0), width, True)
    if components:
        return Plane(box, shown_along, f"first two principal components of {dimension} coordinates")
    ranges = [
        _range(named, names[place], place, dimension, at, width) for place, at in zip(chosen, corner, strict=True)
    ]
    if dimension == 1:
        return Plane(box, None, f"{ranges[0]}, to the right; heights mean nothing")
    return Plane(box, shown_along, ", ".join(ranges) if named.coordinates() else "")


def _range(density: Density, name: str, place: int, dimension: int, low: float, width: float) -> str:
    """What part of a coordinate is shown, in the units of its table."""
    ends = np.zeros((2, dimension), np.float32)
    ends[:, place] = low, low + width
    first, last = density.true_values(ends)[:, place]
    return f"{name} {first:.3g} to {last:.3g}"
