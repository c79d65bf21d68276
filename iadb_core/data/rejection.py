"""Sampling grayscale pictures by rejection.

Coordinate 0 of a point is the row and coordinate 1 the column, both in [0, 1).
"""

import numpy as np

PROPOSALS = 2**15
MOST_OFTEN, LONGEST_LIST = 8, 2**20
LEAST_ACCEPTANCE = 1 / 256


def sample_density(density: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """Draw `count` points by rejection: uniform proposals, kept with the probability of the pixel they fall on.

    density: (height, width), in [0, 1] with a maximum of 1. Returns (count, 2), float32, in [0, 1)²: row, column.
    The first points are the same for every count. Where fewer than one proposal in 256 would be kept,
    the pixel is drawn by its probability, which is the same distribution.
    """
    pixels, kept_with = proposals(density.reshape(-1))
    if kept_with.mean() < LEAST_ACCEPTANCE:
        numbers = generator.random((count, 3))
        return _within(_drawn_pixels(density, numbers[:, 0]), numbers[:, 1:], density.shape)
    kept, total = [], 0
    while total < count:
        proposed = generator.integers(len(pixels), size=PROPOSALS, dtype=np.uint32)
        accepted = proposed.compress(generator.random(PROPOSALS, dtype=np.float32) < kept_with[proposed])
        chosen = pixels[accepted[: count - total]]
        kept.append(_within(chosen, generator.random((len(chosen), 2), dtype=np.float32), density.shape))
        total += len(chosen)
    return np.concatenate(kept)


def colours_at(points: np.ndarray, colours: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw the class of each point by how much of each colour its pixel has.

    points: (count, 2), in [0, 1)²: row, column. colours: (classes, height, width), at least 0. Returns (count,), int64;
    the first ones are the same for every count.
    """
    rows, columns = (
        np.searchsorted(np.arange(size) / size, points[:, axis], side="right") - 1
        for axis, size in enumerate(colours.shape[1:])
    )
    cumulative = colours[:, rows, columns].cumsum(axis=0)
    drawn: np.ndarray = generator.random(len(points)) * cumulative[-1]
    return (drawn >= cumulative[:-1]).sum(axis=0).astype(np.int64)


def proposals(density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels to propose, each as often as the others in the list, and the probability to keep one: (n,) both.

    A pixel stands there the more often the brighter it is, so that most proposals are kept; a black one never.
    """
    bright = np.flatnonzero(density).astype(np.int32)
    often = density[bright] * max(1, min(MOST_OFTEN, LONGEST_LIST // len(bright)))
    times = np.ceil(often).astype(np.int32)
    return np.repeat(bright, times), np.repeat(often / times, times)


def _drawn_pixels(density: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Flat indices of pixels by their probabilities, from draws of U[0, 1): (count,)."""
    cumulative = np.cumsum(density)
    return np.searchsorted(cumulative, draws * cumulative[-1], side="right")


def _within(pixels: np.ndarray, draws: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A point uniformly inside each pixel, given by its flat index, from draws of U[0, 1)²: (count, 2), float32.

    Rounded to float32, a point could leave its pixel, or the square: it then stays at the edge, just inside.
    """
    points = np.empty(draws.shape, np.float32)
    for axis, index in enumerate(divmod(pixels, shape[1])):
        first, last = _ends_of_pixels(shape[axis])
        point = ((index + draws[:, axis]) / shape[axis]).astype(np.float32)
        points[:, axis] = np.minimum(np.maximum(point, first[index]), last[index])
    return points


def _ends_of_pixels(count: int) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest float32 in each of [k/count, (k + 1)/count), as (count,) each."""
    edges = np.arange(count + 1) / count
    rounded = edges.astype(np.float32)
    up = np.where(rounded < edges, np.nextafter(rounded, np.float32(2)), rounded)
    return up[:-1], np.nextafter(up[1:], np.float32(0))
