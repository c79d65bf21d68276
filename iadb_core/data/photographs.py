"""Data sets of photographs, of many sizes, as arrays of one: torchvision downloads and unpacks them."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from iadb_core.data.image_sets import IMAGE_SETS, Options
from iadb_core.data.parts import Labelled
from iadb_core.data.torchvision_archives import downloading, not_there
from iadb_core.data.torchvision_parts import each_part, torchvision_class
from iadb_core.system.downloads import impatient_sockets
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress


def photographs(name: str, root: Path, size: tuple[int, int], threads: int) -> list[Labelled]:
    """The parts of a set of photographs, each cut to its middle and resized to `size`, (height, width).

    It is downloaded and unpacked in a folder beside, so that an interruption leaves nothing half unpacked. Raises
    InputError as `torchvision_set` does.
    """

    def read(dataset: Any) -> Labelled:
        images, labels = np.empty((len(dataset), 3, *size), np.uint8), np.empty(len(dataset), np.int64)

        def one(index: int) -> None:
            image, labels[index] = dataset[index]
            cut = ImageOps.fit(image.convert("RGB"), size[::-1], Image.Resampling.LANCZOS)
            images[index] = np.asarray(cut).transpose(2, 0, 1)

        with Progress(len(dataset), "images") as progress, ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(one, range(len(dataset))):
                progress.update(1)
        return Labelled(images, labels)

    if not _there(name, root):
        with downloading(name, root):
            if not _there(name, root):
                _fetch_photographs(name, root)
    return each_part(name, root, read)


def _there(name: str, root: Path) -> bool:
    dataset = torchvision_class(name)

    def found(part: Options) -> bool:
        try:
            return len(dataset(root, **part, download=False)) > 0
        except (RuntimeError, OSError):  # so torchvision says that it is not
            return False

    return all(map(found, IMAGE_SETS[name].parts))


def _fetch_photographs(name: str, root: Path) -> None:
    dataset = torchvision_class(name)
    with TemporaryDirectory(dir=root, prefix=f".{name}-") as beside:
        try:
            with impatient_sockets():
                for part in IMAGE_SETS[name].parts:
                    dataset(beside, **part, download=True)
        except Exception as error:  # torchvision raises nearly every exception where there is no network
            why = " ".join(str(error).split())
            remedy = f"Put what torchvision's {dataset.__name__} downloads into {root}"
            raise InputError(not_there(name, root, why, remedy)) from error
        for entry in Path(beside).iterdir():
            shutil.rmtree(root / entry.name, ignore_errors=True)
            os.replace(entry, root / entry.name)
