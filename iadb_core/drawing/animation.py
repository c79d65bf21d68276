"""Pictures to an animation of any kind."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from iadb_core.drawing.films import write_mp4, write_webp
from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.png import encoded
from iadb_core.drawing.settings import Animation
from iadb_core.system.errors import InputError


def write_animation(path: str | os.PathLike[str], pictures: Sequence[Image.Image], settings: Animation) -> None:
    """Write pictures as `.gif`, `.webp` or `.mp4`, atomically. Raises InputError for another suffix."""
    frames = [io.BytesIO(encoded(picture)) for picture in pictures]
    match Path(path).suffix.lower():
        case ".gif":
            write_gif(path, frames, settings.frame_ms, settings.hold_ms, settings.colours)
        case ".webp":
            write_webp(path, frames, settings.frame_ms, settings.hold_ms)
        case ".mp4":
            write_mp4(path, frames, settings.frame_ms, settings.hold_ms)
        case other:
            raise InputError(f"{path}: an animation is .gif, .webp or .mp4, not {other or 'without a suffix'}")
