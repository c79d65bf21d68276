"""Drawing points on the unit square, coloured by where they start, over their two densities."""

from math import ceil

import numpy as np
from PIL import Image

OVERSAMPLING = 3
POINT_RADIUS = 1.7 / 512  # of the plot's width
SOURCE_TINT = np.array([1.00, 0.72, 0.35])
TARGET_TINT = np.array([0.45, 0.65, 1.00])
TINT_STRENGTH = 0.38
HUES, RINGS = 24, 3


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


def class_colours(classes: int, count: int) -> np.ndarray:
    """A colour for each of `count` points, whose classes are in turn 0, 1 … (count, 3), uint8."""
    place = np.arange(classes)
    hsv = np.stack([place / classes, np.full(classes, 0.85), np.where(place % 2, 0.6, 0.85)], axis=1)
    pixels = Image.fromarray((hsv * 255).round().astype(np.uint8)[None], mode="HSV").convert("RGB")
    return np.asarray(pixels)[0][np.arange(count) % classes]


def density_background(source: np.ndarray | None, target: np.ndarray | None, size: int) -> np.ndarray:
    """Both densities, faint and in two tints, on white: (size, size, 3), uint8.

    source, target: (height, width) of any size, in [0, 1]; they are stretched over the unit square. None: nothing.
    """
    paper = np.ones((size, size, 3))
    for density, tint in ((source, SOURCE_TINT), (target, TARGET_TINT)):
        if density is None:
            continue
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
        self.pixel_colours = _packed(np.repeat(colours, len(self.offsets), axis=0))
        enlarged = background.repeat(OVERSAMPLING, axis=0).repeat(OVERSAMPLING, axis=1)
        self.background = _packed(np.pad(enlarged, ((self.margin,) * 2, (self.margin,) * 2, (0, 0))))

    def draw(self, points: np.ndarray) -> Image.Image:
        """points: (count, 2), rows and columns; those outside the square are not shown. RGB, size × size."""
        canvas = self.background.copy()
        inside = np.all((points >= 0) & (points < 1), axis=1)
        fine = np.where(np.expand_dims(inside, 1), points, 0) * (self.size * OVERSAMPLING)
        row, column = fine.astype(np.intp).T + self.margin
        pixels = ((row * self.width + column)[:, None] + self.offsets).reshape(-1)
        if inside.all():
            canvas.reshape(-1)[pixels] = self.pixel_colours
        else:
            kept = np.repeat(inside, len(self.offsets))
            canvas.reshape(-1)[pixels[kept]] = self.pixel_colours[kept]
        edge = slice(self.margin, -self.margin)
        shown = np.ascontiguousarray(canvas[edge, edge])
        picture = Image.frombuffer("RGBX", shown.shape[::-1], shown, "raw", "RGBX", 0, 1)
        return picture.reduce(OVERSAMPLING).convert("RGB")


def _packed(pixels: np.ndarray) -> np.ndarray:
    """RGB pixels, (…, 3), uint8, as one number each, (…): they are then copied and set at a third of the cost."""
    return np.concatenate([pixels, np.zeros_like(pixels[..., :1])], axis=-1).view(np.uint32)[..., 0]
