"""Data sets of torchvision as arrays: found in a folder, or downloaded there, and verified by checksum."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from iadb_core.data.image_sets import IMAGE_SETS
from iadb_core.data.parts import Labelled
from iadb_core.data.photographs import photographs
from iadb_core.data.torchvision_archives import archives_of, download, verified
from iadb_core.data.torchvision_parts import each_part, torchvision_class
from iadb_core.system.progress import log

UNPACKED_IN_RAW = ("MNIST", "FashionMNIST", "KMNIST", "QMNIST")  # beside their archives


def torchvision_set(
    name: str, data_dir: str | os.PathLike[str], size: tuple[int, int] | None = None, threads: int = 1
) -> list[Labelled]:
    """The parts of one of `IMAGE_SETS`, training images and test images if it has both.

    data_dir: holds it, or it is downloaded there. size: (height, width) of photographs, which are cut to their middle;
    other sets are as they are. Samples: (images, channels, height, width), uint8. Archives are verified by checksum
    and unpacked in a temporary folder, so that `data_dir` may be read-only or hold the archives alone; unpacked files
    alone do too, for which there are no checksums.
    Raises InputError if the data can neither be found nor downloaded, or are corrupted.
    """
    known, root = IMAGE_SETS[name], Path(data_dir).expanduser()
    dataset = torchvision_class(name)
    if known.photographs:
        return photographs(name, root, size or (0, 0), threads)
    archives = archives_of(dataset)
    if not verified(root, archives):
        if _unpacked(root, name):
            log.info("the unpacked files of %s in %s are taken as they are: only archives have checksums", name, root)
            return each_part(name, root, _arrays)
        download(name, root, archives)
    with TemporaryDirectory() as unpacked:
        for archive in archives:
            link = Path(unpacked, archive.path)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((root / archive.path).resolve())
        return each_part(name, Path(unpacked), _arrays, download=True)


def at_hand(name: str, data_dir: str | os.PathLike[str]) -> bool:
    """Whether `data_dir` holds a set that is no set of photographs, so that it can be read without a download."""
    root = Path(data_dir).expanduser()
    return verified(root, archives_of(torchvision_class(name))) or _unpacked(root, name)


def _unpacked(root: Path, name: str) -> bool:
    """Whether the unpacked files of a data set lie under the root."""
    dataset = torchvision_class(name)
    if name in UNPACKED_IN_RAW:
        return all((root / archive.path).with_suffix("").is_file() for archive in archives_of(dataset))
    if name in ("CIFAR10", "CIFAR100", "STL10"):
        return bool((root / dataset.base_folder).is_dir())
    return False


def _arrays(dataset: Any) -> Labelled:
    """All images of a set, and their classes from 0."""
    kind = type(dataset).__name__
    images = _channels_first(np.asarray(dataset.data))
    labels = np.asarray(dataset.labels if kind in ("SVHN", "STL10", "SEMEION") else dataset.targets, dtype=np.int64)
    if kind == "QMNIST":
        labels = labels[:, 0]  # the class, before writer and others
    if kind == "EMNIST":
        images = images.swapaxes(2, 3)  # they are stored lying on their side
        labels = labels - (dataset.split == "letters")  # which are counted from 1
    return Labelled(np.ascontiguousarray(images), labels)


def _channels_first(images: np.ndarray) -> np.ndarray:
    """Images (count, height, width[, 3]) or (count, 3, height, width), with their channels first."""
    if images.ndim == 3:
        return images[:, None]
    return images if images.shape[1] == 3 else images.transpose(0, 3, 1, 2)
