"""Grayscale pictures as 2D densities: reading them, and sampling them by rejection.

Coordinate 0 of a point is the row and coordinate 1 the column, both in [0, 1).
"""

import os

import numpy as np

from iadb_core.files import InputError
from iadb_core.pictures import opened, over_black, without_palette

PROPOSALS = 2**18
LEAST_ACCEPTANCE = 1 / 256


def read_density(path: str | os.PathLike[str]) -> np.ndarray:
    """Read a picture as a density, (height, width), float64, scaled to a maximum of 1.

    Colour pictures count by their first channel, transparent pixels as black.
    Raises InputError if it is unreadable, truncated, too large, all black, or has NaN or negative pixels.
    """
    with opened(path) as picture:
        picture = without_palette(picture)
        density = over_black(np.asarray(picture, dtype=np.float64), picture.mode)[..., 0]
    if not np.isfinite(density).all():
        raise InputError(f"{path} has pixels that are not finite numbers; replace them")
    if density.min() < 0:
        raise InputError(f"{path} has negative pixels; a density has none")
    if density.max() == 0:
        raise InputError(f"{path} is all black: a density needs at least one bright pixel")
    return density / density.max()


def sample_density(density: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """Draw `count` points by rejection: uniform proposals, kept with the probability of the pixel they fall on.

    density: (height, width), in [0, 1] with a maximum of 1. Returns (count, 2), float32, in [0, 1)²: row, column.
    The first points are the same for every count. Where fewer than one proposal in 256 would be kept,
    the pixel is drawn by its probability and the point uniformly inside, which is the same distribution.
    """
    if density.mean() < LEAST_ACCEPTANCE:
        return _sample_pixels(density, count, generator)
    height, width = density.shape
    kept, total = [], 0
    while total < count:
        proposals = generator.random((PROPOSALS, 3))
        row, column = (proposals[:, :2] * (height, width)).astype(np.intp).T
        points = proposals[proposals[:, 2] < density[row, column], :2]
        kept.append(points)
        total += len(points)
    return _rounded_down(np.concatenate(kept)[:count])


def cell_masses(density: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The share of a density's mass in each of rows × columns equal cells, exact also where cells cut pixels.

    density: (height, width), constant on each pixel. Returns (rows, columns), which sums to one.
    """

    def overlaps(size: int, cells: int) -> np.ndarray:  # of each cell with each pixel, (cells, size), in pixels
        edges = np.linspace(0, size, cells + 1)
        upper, lower = edges[1:, None], edges[:-1, None]
        pixel = np.arange(size)
        return (np.minimum(upper, pixel + 1) - np.maximum(lower, pixel)).clip(min=0)

    height, width = density.shape
    masses = overlaps(height, rows) @ density @ overlaps(width, columns).T
    return masses / masses.sum()


def _sample_pixels(density: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    cumulative = np.cumsum(density)
    draws = generator.random((count, 3))
    pixel = np.searchsorted(cumulative, draws[:, 0] * cumulative[-1], side="right")
    corner = np.stack(np.unravel_index(pixel, density.shape), axis=1)
    return _rounded_down((corner + draws[:, 1:]) / density.shape)


def _rounded_down(points: np.ndarray) -> np.ndarray:
    """To float32 towards zero: rounded up, a point could leave its pixel, or the square."""
    rounded = points.astype(np.float32)
    return np.where(rounded > points, np.nextafter(rounded, np.float32(0)), rounded)


def sample_gaussian(
    shape: tuple[int, ...], mean: float, std: float, count: int, generator: np.random.Generator
) -> np.ndarray:
    """`count` draws from N(mean, std²), (count, *shape), float32; the first ones are the same for every count."""
    noise = generator.standard_normal((count, *shape), dtype=np.float32)
    return noise * np.float32(std) + np.float32(mean)
