"""The exact density of blends on a grid, and the exact field there, by Fourier transforms.

x_α = (1 − α)x₀ + αx₁ is a sum of independent parts, so its density is a blend of shifted copies, and the characteristic
function φ_α(ω) = E exp(−iω·x_α) of it a product, φ₀((1 − α)ω)·φ₁(αω). That of E[x₁ | x_α]·p_α is φ₀((1 − α)ω)·i∇φ₁(αω).
"""

from typing import NamedTuple

import numpy as np

from iadb_core.method.laws import Law, Mixture, Normal, Pixels

FINER = 4  # times than what is asked for, and averaged, so that edges do not ring
PADDED = 2  # times as wide, so that what lies outside does not come in at the other side
NOTHING = 1e-6  # of the greatest density
Transforms = tuple[np.ndarray, np.ndarray, np.ndarray]  # φ and i∇φ, each (frequencies, half of them)


class Grid(NamedTuple):
    """Square cells of a square of the plane. low: its least coordinates; width: of the square; cells: along a side."""

    low: tuple[float, float]
    width: float
    cells: int

    def holds(self, low: tuple[float, float], width: float) -> bool:
        """Whether another square lies within it."""
        pairs = list(zip(self.low, low, strict=True))
        return all(own <= other and other + width <= own + self.width for own, other in pairs)

    def centres(self) -> np.ndarray:
        """The middles of the cells, (cells·cells, 2), the first coordinate slowest."""
        lines = [low + (np.arange(self.cells) + 0.5) * self.width / self.cells for low in self.low]
        return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 2)


class OnGrid(NamedTuple):
    """What is known on the cells of a grid, each their mean: density, (cells, cells); field, (cells, cells, 2), NaN
    where there is nothing.
    """

    density: np.ndarray
    field: np.ndarray


class BlendedGrid:
    """The exact density and field of the blends of two laws on a grid. Raises ValueError for a law without density."""

    def __init__(self, source: Law, target: Law, grid: Grid) -> None:
        for law in (source, target):
            if not isinstance(law, Pixels | Normal | Mixture):
                raise ValueError("one of the laws has no density of the plane")
        self.source, self.target, self.grid = source, target, grid
        whole = isinstance(source, Pixels) and isinstance(target, Pixels) and grid.holds((0.0, 0.0), 1.0)
        self.count = grid.cells * FINER * (1 if whole else PADDED)
        self.step = grid.width / (grid.cells * FINER)
        every = 2 * np.pi * np.fft.fftfreq(self.count, d=self.step)
        self.frequencies = (
            every,
            2 * np.pi * np.fft.rfftfreq(self.count, d=self.step),
        )  # what is real needs half of them

    def density(self, alpha: float) -> np.ndarray:
        """The density of x_α, (cells, cells), the mean over each cell."""
        phi0, phi1 = (self._transform(law, scale)[0] for law, scale in self._scaled(alpha))
        return self._back(phi0 * phi1).clip(0)

    def at(self, alpha: float) -> OnGrid:
        """Density and field at one α from 0 to 1. From whichever sample moves less: neither divisor is below ½."""
        of_source, of_target = (self._transform(law, scale) for law, scale in self._scaled(alpha))
        density, later = self._back(of_source[0] * of_target[0]), alpha > 0.5
        known, other = (of_source, of_target) if later else (of_target, of_source)
        mean = np.stack([self._back(other[0] * part) for part in known[1:]], axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(density[..., None] > NOTHING * density.max(), mean / density[..., None], np.nan)
        apart = mean - self.grid.centres().reshape(mean.shape)
        return OnGrid(density.clip(0), -apart / alpha if later else apart / (1 - alpha))

    def _scaled(self, alpha: float) -> tuple[tuple[Law, float], tuple[Law, float]]:
        return (self.source, 1 - alpha), (self.target, alpha)

    def _transform(self, law: Law, scale: float) -> Transforms:
        """φ(scale·ω), and i∇φ there by both coordinates."""
        first, second = (scale * each for each in self.frequencies)
        match law:
            case Pixels(values):
                return _of_pixels(np.asarray(values, np.float64), first, second)
            case Normal(mean, std):
                return _of_normal(np.full(2, mean), std**2 * np.eye(2), first, second)
            case Mixture(weights, means, covariances):
                parts = zip(weights, np.array(means), np.array(covariances), strict=True)
                every = [
                    [weight * part for part in _of_normal(mean, own, first, second)] for weight, mean, own in parts
                ]
                phi, by_first, by_second = (np.sum(each, axis=0) for each in zip(*every, strict=True))
                return phi, by_first, by_second
        raise ValueError("no density")

    def _back(self, transform: np.ndarray) -> np.ndarray:
        """The mean over each cell of the grid of what has that transform."""
        first, second = (
            np.sinc(own * self.step / (2 * np.pi)) * np.exp(1j * own * (low + self.step / 2))
            for own, low in zip(self.frequencies, self.grid.low, strict=True)
        )  # the mean over a fine cell, and the middle of the first one
        whole = np.fft.irfft2(transform * first[:, None] * second, s=(self.count, self.count)) / self.step**2
        fine = whole[: self.grid.cells * FINER, : self.grid.cells * FINER]
        return fine.reshape(self.grid.cells, FINER, self.grid.cells, FINER).mean(axis=(1, 3))


def _of_normal(mean: np.ndarray, covariance: np.ndarray, first: np.ndarray, second: np.ndarray) -> Transforms:
    """φ = exp(−iω·m − ωᵀCω/2), and i∇φ = (m − iCω)φ."""
    first = first[:, None]
    (a, b), (_, d) = covariance
    spread = a * first**2 + 2 * b * first * second + d * second**2
    phi = np.exp(-1j * (first * mean[0] + second * mean[1]) - spread / 2)
    return phi, (mean[0] - 1j * (a * first + b * second)) * phi, (mean[1] - 1j * (b * first + d * second)) * phi


def _of_pixels(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> Transforms:
    """The same of a density that is constant on each pixel: sums over rows and columns, one after the other."""
    mass = values / values.sum()
    (rows, rows_mean), (columns, columns_mean) = map(_of_cells, values.shape, (first, second))
    across, across_mean = mass @ columns.T, mass @ columns_mean.T
    return rows @ across, rows_mean @ across, rows @ across_mean


def _of_cells(count: int, frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """E exp(−iωx) and E x·exp(−iωx) for x uniform in each of `count` equal cells of [0, 1], (frequencies, count)."""
    width, centres = 1 / count, (np.arange(count) + 0.5) / count
    half = frequencies * width / 2
    small = np.abs(half) < 1e-4
    safe = np.where(small, 1.0, half)
    flat = np.where(small, 1 - half**2 / 6, np.sin(safe) / safe)
    slope = np.where(small, -half / 3, (np.cos(safe) - np.sin(safe) / safe) / safe) * width / 2  # of `flat`, by ω
    turn = np.exp(-1j * frequencies[:, None] * centres)
    return turn * flat[:, None], turn * (centres * flat[:, None] + 1j * slope[:, None])
