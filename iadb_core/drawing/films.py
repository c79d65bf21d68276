"""Frames to films: animated WebP by imageio, MP4 by PyAV, which imageio writes it with.

imageio does not pass on the quality of an MP4, and at the one that is chosen then the bytes differ from time to time.
"""

import io
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from iadb_core.drawing.png import Frame, read_frame
from iadb_core.system.files import atomic

QUANTISER = 18  # of H.264, from 0, lossless, to 51
WEBP = {"loop": 0, "quality": 80, "method": 2}  # of Pillow: quality from 0 to 100, method from fast 0 to small 6


def write_mp4(path: str | os.PathLike[str], frames: Sequence[Frame], frame_ms: int, hold_ms: int) -> None:
    """Write an H.264 MP4 of PNG frames, atomically; the last one stays for `hold_ms`.

    Raises InputError for an unreadable frame or if the file cannot be written.
    """
    import av

    repeats = [1] * (len(frames) - 1) + [max(1, round(hold_ms / frame_ms))]
    content = io.BytesIO()  # straight into a file, a full disk is told by a number
    with av.open(content, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=Fraction(1000, frame_ms), options={"qp": str(QUANTISER)})
        stream.pix_fmt = "yuv420p"
        for number, (pixels, repeat) in enumerate(zip(_pixels(frames), repeats, strict=True)):
            if not number:
                stream.height, stream.width = pixels.shape[:2]
            for _ in range(repeat):
                film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(stream.encode())
    with atomic(path) as file:
        file.write(content.getbuffer())


def write_webp(path: str | os.PathLike[str], frames: Sequence[Frame], frame_ms: int, hold_ms: int) -> None:
    """Write a looping WebP of PNG frames, atomically; the last one stays for `hold_ms`. All frames are in memory.

    Raises InputError for an unreadable frame or if the file cannot be written.
    """
    from imageio.v3 import imwrite

    shown = [np.asarray(read_frame(frame).convert("RGB")) for frame in frames]
    options: dict[str, Any] = {**WEBP, "duration": [frame_ms] * (len(frames) - 1) + [hold_ms]}
    with atomic(path) as file:
        imwrite(file, shown, plugin="pillow", extension=".webp", **options)


def _pixels(frames: Sequence[Frame]) -> Iterator[np.ndarray]:
    """RGB pixels, the last row or column repeated where the size is odd, as H.264 needs it even."""
    for frame in frames:
        pixels = np.asarray(read_frame(frame).convert("RGB"))
        yield np.pad(pixels, ((0, pixels.shape[0] % 2), (0, pixels.shape[1] % 2), (0, 0)), mode="edge")
