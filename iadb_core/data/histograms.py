"""How points look behind others: their number on the squares of a grid."""

import numpy as np

from iadb_core.data.density import Box

FEWEST, MOST = 12, 64  # squares a side


def histogram(points: np.ndarray, box: Box) -> np.ndarray:
    """The density of points, (count, 2), on that part of the plane, y upward: (squares, squares), at most 1.

    The squares are coarse enough for the number of points, and each is smoothed with those beside it.
    """
    squares = int(np.clip(np.sqrt(len(points)) / 2, FEWEST, MOST))
    edges = [low + np.linspace(0, box.width, squares + 1) for low in box.low]
    counts, *_ = np.histogram2d(points[:, 0], points[:, 1], bins=(edges[0], edges[1]))  # by x, then by y
    around = np.stack([np.roll(counts, by, axis) for axis in (0, 1) for by in (-1, 1)])
    smooth: np.ndarray = counts + around.sum(axis=0) / 2
    return smooth.T[::-1] / max(smooth.max(), 1)
