"""Reading grayscale pictures as 2D densities."""

import os

import numpy as np
from PIL import ImageOps

from iadb_core.data.opening import opened, over, without_palette
from iadb_core.system.errors import InputError


def read_density(path: str | os.PathLike[str]) -> np.ndarray:
    """Read a picture as a density, (height, width), float64, scaled to a maximum of 1.

    Raises InputError as `read_values` does.
    """
    values = read_values(path)
    return values / values.max()


def read_values(path: str | os.PathLike[str]) -> np.ndarray:
    """Read the values of a picture that is a density, (height, width), float64, as they stand in the file.

    As it is shown, turned as its EXIF orientation says. Colour pictures count by their first channel, transparent
    pixels as black.
    Raises InputError if it is unreadable, truncated, too large, all black, or has NaN or negative pixels.
    """
    with opened(path) as picture:
        picture = without_palette(ImageOps.exif_transpose(picture))
        density = over(np.asarray(picture, dtype=np.float64), picture.mode)[..., 0]
    if not np.isfinite(density).all():
        raise InputError(f"{path} has pixels that are not finite numbers; replace them")
    if density.min() < 0:
        raise InputError(f"{path} has negative pixels; a density has none")
    if density.max() == 0:
        raise InputError(f"{path} is all black: a density needs at least one bright pixel")
    return density
