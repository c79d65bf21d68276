"""All frames of a run in one file: a ZIP archive of PNGs, which any program opens."""

import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from PIL import Image

from iadb_core.drawing.png import encoded, save_bytes
from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic
from iadb_core.system.progress import Progress

AT_ONCE = 64  # frames that are drawn before they are written


def frame_name(number: int) -> str:
    """The name of a frame, from 0000.png."""
    return f"{number:04d}.png"


def save_frames(path: str | os.PathLike[str], frames: Sequence[Image.Image], threads: int) -> None:
    """Draw and write frames as 0000.png, 0001.png, …, atomically; the same frames give the same bytes.

    Raises InputError if the file cannot be written.
    """
    with (
        atomic(path) as file,
        ZipFile(file, "w", ZIP_STORED) as archive,
        Progress(len(frames), "frames") as progress,
        ThreadPoolExecutor(threads) as pool,
    ):
        for first in range(0, len(frames), AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, len(frames)))
            for number, png in zip(numbers, pool.map(lambda number: encoded(frames[number]), numbers), strict=True):
                archive.writestr(ZipInfo(frame_name(number)), png)
                progress.update(1)


class ArchivedFrames(Sequence[IO[bytes]]):
    """The frames of an archive as files to be read, each checked by its checksum.

    Raises InputError if it is missing, damaged, or holds anything else.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        try:
            self.archive = ZipFile(path)
        except Exception as error:  # zipfile raises nearly every exception on a broken file
            raise self._broken(error) from error
        self.names = [frame_name(number) for number in range(len(self.archive.namelist()))]
        kinds = {entry.compress_type for entry in self.archive.infolist()}
        if kinds != {ZIP_STORED} or set(self.names) != set(self.archive.namelist()):
            raise self._broken("it does not hold frames")

    def _broken(self, why: object) -> InputError:
        return InputError(f"{self.path} is not a readable archive of frames ({why}); delete it to have it drawn again")

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> IO[bytes]:  # type: ignore[override]
        try:
            frame = io.BytesIO(self.archive.read(self.names[index]))
        except IndexError:
            raise
        except Exception as error:
            raise self._broken(error) from error
        frame.name = f"{self.path}: {self.names[index]}"  # for messages
        return frame


def unpack(path: str | os.PathLike[str], folder: str | os.PathLike[str]) -> None:
    """Write the frames of an archive as files into a folder. Raises InputError as `ArchivedFrames` does."""
    frames = ArchivedFrames(path)
    for name, frame in zip(frames.names, frames, strict=True):
        save_bytes(Path(folder, name), frame.read())
