"""Data sets of torchvision as arrays: found in a folder, or downloaded there, and verified by checksum."""

import errno
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from PIL import Image, ImageOps

from iadb_core.data.image_sets import IMAGE_SETS, Options
from iadb_core.data.parts import Labelled
from iadb_core.data.torchvision_archives import archives_of, download, downloading, not_there, verified
from iadb_core.system.downloads import impatient_sockets
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress, log

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.ENOMEM}
UNPACKED_IN_RAW = ("MNIST", "FashionMNIST", "KMNIST", "QMNIST")  # beside their archives
T = TypeVar("T")


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
    dataset = _torchvision_class(name)
    if known.photographs:
        return _of_photographs(name, root, size or (0, 0), threads)
    archives = archives_of(dataset)
    if not verified(root, archives):
        if _unpacked(root, name):
            log.info("the unpacked files of %s in %s are taken as they are: only archives have checksums", name, root)
            return _each_part(name, root, _arrays)
        download(name, root, archives)
    with TemporaryDirectory() as unpacked:
        for archive in archives:
            link = Path(unpacked, archive.path)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((root / archive.path).resolve())
        return _each_part(name, Path(unpacked), _arrays, download=True)


def at_hand(name: str, data_dir: str | os.PathLike[str]) -> bool:
    """Whether `data_dir` holds a set that is no set of photographs, so that it can be read without a download."""
    root = Path(data_dir).expanduser()
    return verified(root, archives_of(_torchvision_class(name))) or _unpacked(root, name)


def _torchvision_class(name: str) -> Any:
    from iadb_core.data.torchvision_import import import_torchvision

    return getattr(import_torchvision().datasets, IMAGE_SETS[name].of or name)


def _unpacked(root: Path, name: str) -> bool:
    """Whether the unpacked files of a data set lie under the root."""
    dataset = _torchvision_class(name)
    if name in UNPACKED_IN_RAW:
        return all((root / archive.path).with_suffix("").is_file() for archive in archives_of(dataset))
    if name in ("CIFAR10", "CIFAR100", "STL10"):
        return bool((root / dataset.base_folder).is_dir())
    return False


def _each_part(name: str, root: Path, read: Callable[[Any], T], **options: Any) -> list[T]:
    """What `read` takes of each part of a set that lies under the root."""
    dataset, found = _torchvision_class(name), []
    try:
        for part in IMAGE_SETS[name].parts:
            found.append(read(dataset(root, **part, **options)))
    except InputError:
        raise
    except Exception as error:  # torchvision's readers raise nearly every exception on a broken file
        if isinstance(error, MemoryError) or getattr(error, "errno", None) in NO_ROOM:
            raise InputError(f"the files of {name} cannot be unpacked in {root}: {error}") from error
        raise InputError(f"{root}: the files of {name} are corrupted ({error}); delete them") from error
    return found


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


def _of_photographs(name: str, root: Path, size: tuple[int, int], threads: int) -> list[Labelled]:
    """The parts of a set of photographs, each cut to its middle and resized.

    torchvision downloads and unpacks it, in a folder beside, so that an interruption leaves nothing half unpacked.
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
    return _each_part(name, root, read)


def _there(name: str, root: Path) -> bool:
    dataset = _torchvision_class(name)

    def found(part: Options) -> bool:
        try:
            return len(dataset(root, **part, download=False)) > 0
        except (RuntimeError, OSError):  # so torchvision says that it is not
            return False

    return all(map(found, IMAGE_SETS[name].parts))


def _fetch_photographs(name: str, root: Path) -> None:
    dataset = _torchvision_class(name)
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
