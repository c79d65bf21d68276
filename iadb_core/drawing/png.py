"""Pictures as PNG files."""

import os

from PIL import Image

from iadb_core.system.files import atomic

COMPRESSION = 3  # of zlib; its default of 6 takes three times as long for files 2 % smaller


def save_png(path: str | os.PathLike[str], picture: Image.Image) -> None:
    """Write a picture as PNG, atomically. Raises InputError if it cannot be written."""
    with atomic(path) as file:
        picture.save(file, "PNG", compress_level=COMPRESSION)
