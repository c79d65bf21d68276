"""Reading one image file after the other: each cut to the middle of the wanted shape and resized."""

import hashlib
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from iadb_core.data.opening import opened, over, shown, without_palette
from iadb_core.system.errors import InputError

DRAFT = 2  # a JPEG is decoded at no less than so many times the size that is wanted
ORIENTATION, UPRIGHT = 0x0112, 1  # a tag of EXIF, and its value for pictures that are not turned
PLAIN = ("L", "RGB")  # modes in which nothing has to be done but resizing


class Wanted(NamedTuple):
    """How images are wanted. background: the gray value, 0 to 255, under transparent pixels."""

    height: int
    width: int
    channels: int
    background: int
    max_pixels: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an image as it is stored."""
        return self.channels, self.height, self.width


class Told(NamedTuple):
    """What is told of an image that was read.

    kind: of its file. sides: width and height there. largest: of its values, if they have 16 bits. constant: whether it
    is of one value. digest: of its stored pixels, hexadecimal.
    """

    kind: str
    sides: tuple[int, int]
    largest: int | None
    constant: bool
    digest: str


def read_images(paths: Sequence[str], wanted: Wanted, stored: np.ndarray) -> list[Told | str]:
    """Read images into `stored`, (count, *wanted.shape), uint8; of each what is told of it, or why it is broken."""
    found: list[Told | str] = []
    for path, row in zip(paths, stored, strict=True):
        try:
            row[...], told = read_image(path, wanted)
            found.append(told)
        except InputError as error:
            found.append(str(error))
    return found


def read_image(path: str, wanted: Wanted) -> tuple[np.ndarray, Told]:
    """The middle of an image, as it is shown, resized: (channels, height, width), uint8; and what is told of it.

    Raises InputError if it cannot be read.
    """
    with opened(path, wanted.max_pixels) as picture:
        kind, sides = str(picture.format), picture.size
        if kind == "JPEG":  # decoded at a fraction of its size, where that is enough
            scale = DRAFT * max(wanted.height, wanted.width) / min(sides)
            picture.draft("L" if wanted.channels == 1 else None, (ceil(sides[0] * scale), ceil(sides[1] * scale)))
        if picture.getexif().get(ORIENTATION, UPRIGHT) != UPRIGHT:
            ImageOps.exif_transpose(picture, in_place=True)
        image, largest = without_palette(picture), None
        if image.mode not in PLAIN:
            image, largest = _over_background(image, path, wanted.background)
        mode = "L" if wanted.channels == 1 else "RGB"
        cut = ImageOps.fit(image if image.mode == mode else image.convert(mode), (wanted.width, wanted.height))
    stored = np.asarray(cut).reshape(wanted.height, wanted.width, wanted.channels).transpose(2, 0, 1)
    digest = hashlib.blake2b(stored.tobytes(), digest_size=16).hexdigest()
    return stored, Told(kind, sides, largest, bool(stored.min() == stored.max()), digest)


def _over_background(picture: Image.Image, path: str, background: int) -> tuple[Image.Image, int | None]:
    """A picture of 16 bits, or with transparent pixels, as gray or RGB; and the largest of its values of 16 bits.

    Raises InputError if its values have no known range.
    """
    pixels, largest = np.asarray(picture), None
    if picture.mode.startswith("I;16"):
        largest = int(pixels.max())
        pixels = pixels / 257
    elif pixels.dtype != np.uint8:
        raise InputError(f"{shown(path)}: pixels of mode {picture.mode} have no known range; save it as 8 or 16 bits")
    flat = over(pixels, picture.mode, background).round().astype(np.uint8)  # (height, width, 1 or 3)
    return Image.fromarray(flat[..., 0] if flat.shape[-1] == 1 else flat), largest
