"""Reading pictures as 2D densities."""

import os

import numpy as np
from PIL import ImageOps

from iadb_core.data.opening import opened, over, shown, without_palette
from iadb_core.system.errors import InputError

COLOURS = ("red", "green", "blue")


def read_density(path: str | os.PathLike[str]) -> np.ndarray:
    """Read a picture as a density, (height, width), float64, scaled to a maximum of 1.

    Raises InputError as `read_values` does.
    """
    values = read_values(path)
    return values / values.max()


def read_values(path: str | os.PathLike[str]) -> np.ndarray:
    """Read the values of a picture that is a density, (height, width), float64, as they stand in the file.

    Colour pictures count by their first channel. Raises InputError if it is all black, or as `read_channels` does.
    """
    density = read_channels(path)[0]
    if density.max() == 0:
        raise InputError(f"{shown(path)} is all black: a density needs at least one bright pixel")
    return density


def read_colours(path: str | os.PathLike[str]) -> np.ndarray:
    """Read a colour picture as three densities, red, green and blue, (3, height, width), float64.

    Raises InputError if one of them is all black, if the picture is gray, or as `read_channels` does.
    """
    channels = read_channels(path)
    if len(channels) == 1 or (channels == channels[0]).all():
        raise InputError(f"{shown(path)} is gray: colours that are classes need a picture with several of them")
    if dark := [name for name, channel in zip(COLOURS, channels, strict=True) if channel.max() == 0]:
        raise InputError(f"{shown(path)} has no {' and no '.join(dark)}: each colour is a class, and needs some pixels")
    return channels


def read_channels(path: str | os.PathLike[str]) -> np.ndarray:
    """Read the channels of a picture, (1 or 3, height, width), float64, as they stand in the file.

    As it is shown, turned as its EXIF orientation says; transparent pixels as black.
    Raises InputError if it is unreadable, truncated, too large, or has NaN or negative pixels.
    """
    with opened(path) as picture:
        picture = without_palette(ImageOps.exif_transpose(picture))
        channels = over(np.asarray(picture, dtype=np.float64), picture.mode).transpose(2, 0, 1)
    if not np.isfinite(channels).all():
        raise InputError(f"{shown(path)} has pixels that are not finite numbers; replace them")
    if channels.min() < 0:
        raise InputError(f"{shown(path)} has negative pixels; a density has none")
    return channels
