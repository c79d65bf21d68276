"""Opening picture files of any origin: bounded, and with errors that name the file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from iadb_core.data.formats import FORMATS
from iadb_core.system.errors import InputError

MAX_PIXELS = 2**24


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Image.Image]:
    """Open a picture for decoding, its first image if it is animated.

    Raises InputError, also from the block, if it is missing, unreadable, truncated, or has over 2²⁴ pixels.
    """
    try:
        with Image.open(path, formats=tuple(FORMATS)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise InputError(f"{path} has {width}×{height} pixels, more than the {MAX_PIXELS:,} allowed; shrink it")
            yield picture
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist") from error
    except Exception as error:  # Pillow's decoders raise nearly every exception on a broken file
        raise InputError(f"{path} is not a readable picture ({error}); allowed: {', '.join(FORMATS)}") from error


def without_palette(picture: Image.Image) -> Image.Image:
    """The picture in a mode whose channels are values: gray, gray and alpha, RGB or RGBA."""
    if "transparency" in picture.info and picture.mode in ("1", "L", "P", "RGB"):
        return picture.convert("RGBA" if picture.mode in ("P", "RGB") else "LA")
    if picture.mode == "P":
        return picture.convert("RGB")
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode == "PA":
        return picture.convert("RGBA")
    if picture.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        return picture.convert("RGB")
    return picture


def over_black(pixels: np.ndarray, mode: str) -> np.ndarray:
    """Pixels (height, width[, channels]) of a mode, 8 bits a channel, as (height, width, 1 or 3) over black."""
    if pixels.ndim == 2:
        return pixels[..., None]
    if mode in ("LA", "RGBA"):
        return pixels[..., :-1] * (pixels[..., -1:] / 255)
    return pixels
