"""Reading the images of a folder."""

import os
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from iadb_core.data.formats import SUFFIXES
from iadb_core.data.opening import opened, over_black, without_palette
from iadb_core.system.errors import InputError


def folder(path: str | os.PathLike[str], names: Sequence[str], size: int, channels: int) -> np.ndarray:
    """The images of a folder, by their names, cropped to their middle square and resized.

    Returns (images, channels, size, size), uint8; channels: 1 (gray) or 3 (RGB).
    Raises InputError if the folder is missing or has no images, or naming the broken ones.
    """
    if not names:
        raise InputError(f"{path}: no images in this folder; put {', '.join(sorted(SUFFIXES))} files there")
    images, broken = [], []
    for name in names:
        try:
            images.append(_square(name, size, channels))
        except InputError as error:
            broken.append(str(error))
    if broken:
        shown = "; ".join(broken[:3]) + ("; …" if len(broken) > 3 else "")
        raise InputError(f"{len(broken)} of {len(names)} images are broken, repair or remove them: {shown}")
    return np.stack(images)


def _square(path: str, size: int, channels: int) -> np.ndarray:
    with opened(path) as picture:
        picture = without_palette(ImageOps.exif_transpose(picture))
        pixels = np.asarray(picture)
        if picture.mode.startswith("I;16"):
            pixels = pixels / 257
        elif pixels.dtype != np.uint8:
            raise InputError(f"{path}: pixels of mode {picture.mode} have no known range; save it as 8 or 16 bits")
        flat = over_black(pixels, picture.mode).round().astype(np.uint8)  # (height, width, 1 or 3)
        image = Image.fromarray(flat[..., 0] if flat.shape[-1] == 1 else flat)
        square = ImageOps.fit(image.convert("L" if channels == 1 else "RGB"), (size, size), Image.Resampling.LANCZOS)
    return np.asarray(square).reshape(size, size, channels).transpose(2, 0, 1)
