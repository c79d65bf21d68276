"""Samples as files that other programs read: PNGs, an `.npz` that says what its axes are, a table of points."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from torch import Tensor

from iadb_core.data.shards import Samples
from iadb_core.drawing.png import save_png
from iadb_core.face.given import as_array
from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic, write_csv

AXES = {
    2: ("sample", "coordinate"),
    4: ("sample", "channel", "row", "column"),
}
UNITS = {
    2: "coordinates as they are; of a picture (x, y) in the unit square, x to the right and y upward",
    4: "pixel values from 0 to 1; rows from the top; one channel is gray, three are red, green, blue",
}
AT_ONCE = 1024  # samples that are converted at a time
COORDINATES = ("x", "y")


def save_samples(path: str | os.PathLike[str], samples: ArrayLike | Tensor, names: Sequence[str] | None = None) -> None:
    """Write samples as `TrainedModel.sample` gives them, (count, …): to a file `.npz`, `.csv` of points, or PNGs.

    `.npz` has the arrays `samples`, `axes` and `units`. `.csv` has a column a coordinate, by `names`; by default they
    are x and y in the plane. A path without a suffix is a folder, of 00000.png, 00001.png, … Raises InputError for
    other suffixes, and if it cannot be written.
    """
    write_samples(path, as_array(samples), names)


def write_samples(path: str | os.PathLike[str], samples: Samples, names: Sequence[str] | None = None) -> None:
    """The same of samples that are converted a part at a time, as they are asked for."""
    suffix, dimensions = Path(path).suffix.lower(), len(samples.shape)
    if dimensions not in AXES:
        raise InputError(f"samples are points, (count, coordinates), or images; found {samples.shape}")
    if suffix == ".npz":
        _write_npz(path, samples)
    elif suffix == ".csv" and dimensions == 2:
        default = COORDINATES if samples.shape[1] == 2 else [f"x{number}" for number in range(samples.shape[1])]
        write_csv(path, names or default, (row for part in _parts(samples) for row in part.tolist()))
    elif not suffix and dimensions == 4:
        for number, image in enumerate(image for part in _parts(samples) for image in part):
            save_png(Path(path, f"{number:05d}.png"), _picture(image))
    else:
        allowed = ".npz, .csv" if dimensions == 2 else ".npz, or a folder, of PNGs"
        raise InputError(f"{path}: these samples are written to {allowed}")


def _parts(samples: Samples) -> Iterator[np.ndarray]:
    for first in range(0, len(samples), AT_ONCE):
        yield samples[first : first + AT_ONCE]


def _write_npz(path: str | os.PathLike[str], samples: Samples) -> None:
    dimensions = len(samples.shape)
    words = {"axes": np.array(AXES[dimensions]), "units": np.array(UNITS[dimensions])}
    with atomic(path) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        with archive.open("samples.npy", "w", force_zip64=True) as entry:
            header = {"descr": "<f4", "fortran_order": False, "shape": tuple(samples.shape)}
            np.lib.format.write_array_header_1_0(entry, header)
            for part in _parts(samples):
                entry.write(np.ascontiguousarray(part, dtype="<f4").tobytes())
        for name, told in words.items():
            with archive.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, told)


def _picture(image: np.ndarray) -> Image.Image:
    """An image, (1 or 3, height, width) in [0, 1], as a picture."""
    pixels = (image.clip(0, 1) * 255).round().astype(np.uint8)
    return Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))
