"""Pictures as PNG files, and frames read back from them."""

import io
import os
from typing import IO

from PIL import Image

from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic

Frame = str | os.PathLike[str] | IO[bytes]
COMPRESSION = 3  # of zlib; its default of 6 takes three times as long for files 2 % smaller


def encoded(picture: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file."""
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=COMPRESSION)
    return content.getvalue()


def save_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file, atomically. Raises InputError if it cannot be written."""
    with atomic(path) as file:
        file.write(content)


def save_png(path: str | os.PathLike[str], picture: Image.Image) -> None:
    """Write a picture as PNG, atomically. Raises InputError if it cannot be written."""
    save_bytes(path, encoded(picture))


def read_frame(frame: Frame) -> Image.Image:
    """One frame, decoded; a PNG file, or its path. Raises InputError if it cannot be read."""
    try:
        with Image.open(frame, formats=("PNG",)) as picture:
            picture.load()
            return picture
    except Exception as error:  # Pillow's decoders raise nearly every exception on a broken file
        named = getattr(frame, "name", frame)
        raise InputError(f"{named} is not a readable frame ({error}); delete it to have it drawn again") from error
