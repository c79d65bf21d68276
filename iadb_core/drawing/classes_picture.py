"""Samples that were asked for by class, beside real ones of each class."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from iadb_core.data.density import Density
from iadb_core.drawing.colours import INK
from iadb_core.drawing.frames import font
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.points import PointCanvas, class_colours, density_background
from iadb_core.drawing.sheets import enlarged, side_by_side

EACH, IMAGE_SIZE, NAMED_WIDTH = 8, 40, 110  # images of a class; pixels of one, and of the names beside
PLANE_SIZE, COLUMNS, SQUARES = 256, 4, 32


def classes_of_images(
    name: str, names: Sequence[str], generated: np.ndarray, real: np.ndarray, labels: np.ndarray, classes: Sequence[int]
) -> Image.Image:
    """A row for each class: generated images, and real ones on their right.

    name: of the run. names: of the classes that are shown, and `classes`, their numbers. generated: pixel values in
    [0, 1], (count, channels, height, width), whose classes are these in turn. real, labels: held-out images, and their
    classes.
    """
    rows = [
        (generated[place :: len(classes)][:EACH], real[labels == number][:EACH]) for place, number in enumerate(classes)
    ]
    pictures = []
    for kind in (0, 1):
        filled = [np.concatenate([row[kind], np.zeros((EACH - len(row[kind]), *real.shape[1:]))]) for row in rows]
        pictures.append(enlarged(np.concatenate(filled), EACH, IMAGE_SIZE).convert("RGB"))
    caption = (
        f"{name}: a row is a class. Left, samples that were asked for; right, real ones that were never trained on."
    )
    sheet = side_by_side(pictures, ["asked for", "held out"], 2, caption)
    return _with_names(sheet, names, pictures[0].height // len(rows))


def _with_names(sheet: Image.Image, names: Sequence[str], height: int) -> Image.Image:
    """A sheet with the name of each row on its left."""
    wide = Image.new("RGB", (sheet.width + NAMED_WIDTH, sheet.height), (255, 255, 255))
    wide.paste(sheet, (NAMED_WIDTH, 0))
    draw, top = ImageDraw.Draw(wide), 31  # below the margin and the titles
    for number, name in enumerate(names):
        middle = top + number * height + height / 2
        draw.text((NAMED_WIDTH + 4, middle), name[:16], INK, font(13), anchor="rm")
    return wide


def classes_of_points(
    name: str,
    names: Sequence[str],
    both: np.ndarray,
    densities: tuple[Density, Density],
    real: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[int],
    axes: Sequence[str] | None = None,
) -> Image.Image:
    """A picture for each class: the points that were asked for, over where its real ones are.

    both: where points begin and end, (2, count, coordinates), their classes in turn. real, labels: training points as
    the network sees them, and their classes. The rest: as `classes_of_images` takes it, and `plane_of`.
    """
    plane = plane_of(both[0], both[1], *densities, axes)
    colours, pictures = class_colours(len(classes), len(classes)), []
    for place, number in enumerate(classes):
        where = plane.places(real[labels == number])
        counts, *_ = np.histogram2d(where[:, 0], where[:, 1], bins=SQUARES, range=((0, 1), (0, 1)))
        background = density_background(None, counts / max(counts.max(), 1), PLANE_SIZE)
        own = both[1][place :: len(classes)]
        canvas = PointCanvas(colours[place : place + 1].repeat(len(own), axis=0), background)
        pictures.append(canvas.draw(plane.places(own)))
    caption = f"{name}: the points that were asked for of each class, over where the real points of that class are."
    return side_by_side(pictures, list(names), min(COLUMNS, len(names)), caption)
