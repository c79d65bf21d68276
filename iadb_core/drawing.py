"""Drawing the frames of an animation: moving points over their densities, and grids of images."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import ceil, isqrt
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from iadb_core.densities import read_density
from iadb_core.scaling import unscale
from iadb_core.schedules import linear

OVERSAMPLING = 3
POINT_RADIUS = 1.7 / 512  # of the plot's width
SOURCE_TINT = np.array([1.00, 0.72, 0.35])
TARGET_TINT = np.array([0.45, 0.65, 1.00])
TINT_STRENGTH = 0.38
HUES, RINGS = 24, 3
INK, FAINT = (40, 40, 40), (215, 215, 215)


def start_colours(starts: np.ndarray) -> np.ndarray:
    """A colour for each point by where it starts: hue by its direction from the median, darkness by its distance.

    starts: (count, 2). Returns (count, 3), uint8; few distinct colours, so that a GIF keeps them all.
    """
    offset = starts - np.median(starts, axis=0)
    hue = np.floor((np.arctan2(offset[:, 0], offset[:, 1]) / (2 * np.pi) + 0.5) * HUES) % HUES / HUES
    distance = np.hypot(*offset.T)
    rank = np.argsort(np.argsort(distance, kind="stable"), kind="stable") / max(1, len(starts))
    value = 0.88 - 0.14 * np.floor(rank * RINGS)
    hsv = np.stack([hue, np.full_like(hue, 0.85), value], axis=1)
    pixels = Image.fromarray((hsv * 255).round().astype(np.uint8)[None], mode="HSV").convert("RGB")
    return np.asarray(pixels)[0]


def gaussian_density(mean: float, std: float, size: int) -> np.ndarray:
    """A Gaussian on the unit square as a picture, (size, size), with a maximum of 1."""
    line = np.exp(-0.5 * (((np.arange(size) + 0.5) / size - mean) / max(std, 1e-6)) ** 2)
    picture = np.outer(line, line)
    return picture / max(picture.max(), np.finfo(float).tiny)


def density_background(source: np.ndarray, target: np.ndarray, size: int) -> np.ndarray:
    """Both densities, faint and in two tints, on white: (size, size, 3), uint8.

    source, target: (height, width) of any size, in [0, 1]; they are stretched over the unit square.
    """
    paper = np.ones((size, size, 3))
    for density, tint in ((source, SOURCE_TINT), (target, TARGET_TINT)):
        picture = Image.fromarray(density.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR)
        strength = TINT_STRENGTH * np.round(np.asarray(picture).clip(0, 1) * 8) / 8
        paper *= 1 - strength[..., None] * (1 - tint)
    return (paper * 255).round().astype(np.uint8)


class PointCanvas:
    """Draws frames of points on the unit square: horizontal = column, vertical = 1 − row.

    colours: (count, 3), uint8. background: (size, size, 3), uint8.
    """

    def __init__(self, colours: np.ndarray, background: np.ndarray) -> None:
        self.size = len(background)
        fine = self.size * OVERSAMPLING
        radius = max(0.8, POINT_RADIUS * self.size) * OVERSAMPLING
        reach = np.arange(-ceil(radius), ceil(radius) + 1)
        rows, columns = np.meshgrid(reach, reach, indexing="ij")
        disc = np.hypot(rows, columns) <= radius
        self.margin = ceil(radius)
        self.width = fine + 2 * self.margin
        self.offsets = (rows * self.width + columns)[disc]
        self.pixel_colours = np.repeat(colours, len(self.offsets), axis=0)
        enlarged = background.repeat(OVERSAMPLING, axis=0).repeat(OVERSAMPLING, axis=1)
        self.background = np.pad(enlarged, ((self.margin,) * 2, (self.margin,) * 2, (0, 0)))

    def draw(self, points: np.ndarray) -> Image.Image:
        """points: (count, 2), rows and columns; those outside the square are not shown. RGB, size × size."""
        canvas = self.background.copy()
        inside = ((points >= 0) & (points < 1)).all(axis=1)
        fine = np.where(inside[:, None], points, 0) * (self.size * OVERSAMPLING)
        row, column = fine.astype(np.intp).T + self.margin
        pixels = (row * self.width + column)[:, None] + self.offsets
        shown = np.repeat(inside, len(self.offsets))
        canvas.reshape(-1, 3)[pixels.reshape(-1)[shown]] = self.pixel_colours[shown]
        edge = slice(self.margin, -self.margin)
        return Image.fromarray(np.ascontiguousarray(canvas[edge, edge])).reduce(OVERSAMPLING)


def image_grid(images: np.ndarray) -> np.ndarray:
    """Images side by side in a square grid, filled column by column: of 64, image i + 8j in row i, column j.

    images: (count, channels, height, width). Returns (rows·height, columns·width, channels); places left are 0.
    """
    count, channels, height, width = images.shape
    rows = isqrt(count - 1) + 1
    columns = ceil(count / rows)
    grid = np.zeros((rows * columns, channels, height, width), images.dtype)
    grid[:count] = images
    return (
        grid.reshape(columns, rows, channels, height, width)
        .transpose(1, 3, 0, 4, 2)
        .reshape(rows * height, columns * width, channels)
    )


def draw_images(images: np.ndarray, size: int) -> Image.Image:
    """A grid of images as a picture, enlarged by the greatest whole factor that keeps it within `size` pixels.

    images: (count, 1 or 3, height, width), true pixel values in [0, 1].
    """
    grid = (image_grid(images) * 255).round().astype(np.uint8)
    factor = max(1, size // max(grid.shape[:2]))
    picture = Image.fromarray(grid[..., 0] if grid.shape[2] == 1 else grid)
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), size)


def with_alpha(picture: Image.Image, alpha: float) -> Image.Image:
    """The picture over a strip that shows α as a number and as a bar. Gray stays gray, RGB stays RGB."""
    height = max(16, picture.width // 16)
    frame = Image.new(picture.mode, (picture.width, picture.height + height), _shade(picture.mode, (255, 255, 255)))
    frame.paste(picture)
    draw = ImageDraw.Draw(frame)
    font = _font(round(height * 0.62))
    middle = picture.height + height / 2
    draw.text((height / 3, middle), f"α = {alpha:.3f}", _shade(picture.mode, INK), font, anchor="lm")
    left, right = height / 3 + draw.textlength("α = 0.000  ", font), picture.width - height / 3
    bar = (left, middle - height / 10, right, middle + height / 10)
    draw.rectangle(bar, _shade(picture.mode, FAINT))
    draw.rectangle((left, bar[1], left + alpha * (right - left), bar[3]), _shade(picture.mode, INK))
    return frame


def _shade(mode: str, colour: Sequence[int]) -> int | tuple[int, ...]:
    return colour[0] if mode == "L" else tuple(colour)


def frames(
    trajectory: np.ndarray, source: Mapping[str, Any], target: Mapping[str, Any], size: int, stride: int
) -> Iterator[Image.Image]:
    """Draw every stride-th state of a trajectory, and the last: points over their densities, or a grid of images.

    trajectory: (T + 1, count, *shape). source, target: the densities' settings by their kind.
    Raises InputError if a density's picture cannot be read.
    """
    last = len(trajectory) - 1
    alphas = linear(last)
    draw = (
        _points_drawer(trajectory[0], source, target, size)
        if trajectory.ndim == 3
        else _images_drawer(source, target, size)
    )
    for index in [*range(0, last, stride), last]:
        yield with_alpha(draw(trajectory[index]), alphas[index])


def _points_drawer(starts, source, target, size):
    background = density_background(_density_picture(source), _density_picture(target), size)
    return PointCanvas(start_colours(starts), background).draw


def _density_picture(density: Mapping[str, Any]) -> np.ndarray:
    if "picture" in density:
        return read_density(density["picture"]["path"])
    return gaussian_density(density["gaussian"]["mean"], density["gaussian"]["std"], 256)


def _images_drawer(source, target, size):
    images = [density.get("dataset") or density.get("folder") for density in (target, source)]
    scaling = next((kind["scaling"] for kind in images if kind), [(0.5, 0.5)])
    return lambda state: draw_images(unscale(state, scaling), size)
