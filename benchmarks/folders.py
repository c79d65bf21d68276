"""Folders of images, read by this project and by torchvision's ImageFolder in a DataLoader."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from PIL import Image

from benchmarks.contests import Work
from iadb_core.data.folders import FolderImages
from iadb_core.data.image_files import Wanted
from iadb_core.data.torchvision_import import import_torchvision
from iadb_core.system.runtime import available_cores

SUBFOLDERS = 10
BATCH = 256


class Images(NamedTuple):
    """A folder of random images. side: as they are wanted. detail: random pixels of a side, that are enlarged."""

    name: str
    suffix: str
    width: int
    height: int
    side: int
    detail: int


SMALL = Images("PNGs of 64×64 pixels", "png", 64, 64, 32, 64)
PHOTOGRAPHS = Images("JPEGs of 500×375 pixels", "jpg", 500, 375, 64, 24)


def made(images: Images, count: int, folder: Path) -> Path:
    """The folder of so many of the images, which is made if it is not there."""
    root, random = folder / f"{images.suffix}-{count}", np.random.default_rng(0)
    for number in range(0 if root.exists() else count):
        path = root / f"{number % SUBFOLDERS}" / f"{number:06}.{images.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = Image.fromarray(random.integers(0, 256, (images.detail, images.detail, 3), np.uint8))
        pixels.resize((images.width, images.height), Image.Resampling.BICUBIC).save(path)
    return root


def stored(images: Images, count: int, folder: Path) -> Work:
    """Ours: into the files of the three parts."""
    root = made(images, count, folder)

    def work() -> float:
        with TemporaryDirectory(dir=folder) as files:
            wanted = Wanted(images.side, images.side, 3, 0, 2**27)
            FolderImages(str(root), wanted).store(files, 0, available_cores())
        return count

    return work


def loaded(images: Images, count: int, folder: Path) -> Work:
    """Those of torchvision and torch: into batches, by as many workers."""
    from torch.utils.data import DataLoader

    transforms, root = import_torchvision().transforms, made(images, count, folder)
    resized = [transforms.Resize(images.side), transforms.CenterCrop(images.side), transforms.PILToTensor()]
    dataset = import_torchvision().datasets.ImageFolder(str(root), transforms.Compose(resized))

    def work() -> float:
        return sum(len(batch) for batch, _ in DataLoader(dataset, BATCH, num_workers=available_cores()))

    return work


WAYS: dict[str, Callable[[Images, int, Path], Work]] = {"ours": stored, "ImageFolder": loaded}
