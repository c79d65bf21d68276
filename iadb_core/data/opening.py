"""Opening picture files of any origin: bounded, and with errors that name the file."""

import difflib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from PIL import Image

from iadb_core.data.formats import FORMATS
from iadb_core.system.errors import InputError

MAX_PIXELS = 2**26  # of a picture that is a density: half a gigabyte as numbers


@contextmanager
def opened(path: str | os.PathLike[str], most: int = MAX_PIXELS) -> Iterator[Image.Image]:
    """Open a picture for decoding, its first image if it is animated.

    Raises InputError, also from the block, if it is missing, unreadable, truncated, or has more than `most` pixels.
    """
    try:
        with Image.open(path, formats=tuple(FORMATS)) as picture:
            width, height = picture.size
            if width * height > most:
                raise InputError(
                    f"{shown(path)} has {width}×{height} pixels, more than the {most:,} allowed; shrink it"
                )
            yield picture
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{shown(path)} does not exist{meant(path)}") from error
    except Exception as error:  # Pillow's decoders raise nearly every exception on a broken file
        said = f"{shown(path)} is not a readable picture ({shown(str(error))}); allowed: {', '.join(FORMATS)}"
        raise InputError(said) from error


def is_image(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a picture by its content, whatever its name is."""
    try:
        with Image.open(path, formats=tuple(FORMATS)):
            return True
    except Exception:  # Pillow's decoders raise nearly every exception on what they cannot read
        return False


def check_there(missing: Sequence[str]) -> None:
    """Raise InputError for the first of files that are not there."""
    for path in missing:
        raise InputError(f"{shown(path)} does not exist{meant(path)}")


def meant(path: str | os.PathLike[str]) -> str:
    """What to say of a file that is not there: the one of its folder that may have been meant."""
    folder, name = os.path.split(os.fspath(path))
    try:
        near = difflib.get_close_matches(name, os.listdir(folder or "."), n=1)
    except OSError:
        return ""
    return f"; did you mean {shown(os.path.join(folder, near[0]))}?" if near else ""


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


def over(pixels: np.ndarray, mode: str, background: int = 0) -> np.ndarray:
    """Pixels (height, width[, channels]) of a mode, 8 bits a channel, as (height, width, 1 or 3) over a gray value."""
    if pixels.ndim == 2:
        return pixels[..., None]
    if mode in ("LA", "RGBA"):
        opaque = pixels[..., -1:] / 255
        return pixels[..., :-1] * opaque + background * (1 - opaque)
    return pixels


def shown(path: str | os.PathLike[str]) -> str:
    """A path as text that can be shown: bytes that are no text are escaped."""
    return os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
