"""Densities that are constant on each pixel of the unit square."""

import numpy as np


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
