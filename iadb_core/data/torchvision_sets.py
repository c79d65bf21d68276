"""Data sets of torchvision as arrays: found in a folder, or downloaded there, and verified by checksum."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from iadb_core.system.downloads import DownloadError, fetch
from iadb_core.system.errors import InputError
from iadb_core.system.locks import alone
from iadb_core.system.progress import log

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.ENOMEM}

Splits = tuple[np.ndarray, np.ndarray]


def torchvision_set(name: str, data_dir: str | os.PathLike[str]) -> Splits:
    """The training and test images of a torchvision data set: `data_dir` holds it, or it is downloaded there.

    Returns two arrays (images, channels, height, width), uint8. Raises InputError as `_read_torchvision` does.
    """
    train, test = _read_torchvision(name, data_dir, lambda dataset: np.asarray(dataset.data))
    return _channels_first(train), _channels_first(test)


def torchvision_labels(name: str, data_dir: str | os.PathLike[str]) -> Splits:
    """The classes of a torchvision data set's training and test images, (images,), int64; as `torchvision_set`."""
    return _read_torchvision(name, data_dir, lambda dataset: np.asarray(dataset.targets, dtype=np.int64))


def at_hand(name: str, data_dir: str | os.PathLike[str]) -> bool:
    """Whether `data_dir` holds a torchvision data set, so that it can be read without a download."""
    dataset, root = _torchvision_class(name), Path(data_dir).expanduser()
    return _verified(root, _archives(dataset)) or _unpacked(root, dataset)


def _torchvision_class(name: str) -> Any:
    from iadb_core.data.torchvision_import import import_torchvision

    return getattr(import_torchvision().datasets, name)


def _read_torchvision(name: str, data_dir: str | os.PathLike[str], read: Callable[[Any], np.ndarray]) -> Splits:
    """What `read` takes from the training and the test part of a data set that `data_dir` holds, or will.

    Archives are verified by checksum and unpacked in a temporary folder, so that `data_dir` may be read-only or hold
    the archives alone; unpacked files alone do too, for which there are no checksums.
    Raises InputError if the data can neither be found nor downloaded, or are corrupted.
    """
    dataset, root = _torchvision_class(name), Path(data_dir).expanduser()
    archives = _archives(dataset)
    if not _verified(root, archives):
        if _unpacked(root, dataset):
            log.info("the unpacked files of %s in %s are taken as they are: only archives have checksums", name, root)
            return _both_splits(dataset, root, read)
        _download(dataset, root, archives)
    with TemporaryDirectory() as unpacked:
        for archive in archives:
            link = Path(unpacked, archive)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((root / archive).resolve())
        return _both_splits(dataset, Path(unpacked), read, download=True)


def _both_splits(dataset: Any, root: Path, read: Callable[[Any], np.ndarray], download: bool = False) -> Splits:
    try:
        train, test = (read(dataset(root, train=train, download=download)) for train in (True, False))
    except Exception as error:  # torchvision's readers raise nearly every exception on a broken file
        if isinstance(error, MemoryError) or getattr(error, "errno", None) in NO_ROOM:
            raise InputError(f"the files of {dataset.__name__} cannot be unpacked in {root}: {error}") from error
        raise InputError(f"{root}: the files of {dataset.__name__} are corrupted ({error}); delete them") from error
    return train, test


def _channels_first(images: np.ndarray) -> np.ndarray:
    return images[:, None] if images.ndim == 3 else np.ascontiguousarray(images.transpose(0, 3, 1, 2))


def _archives(dataset: Any) -> dict[str, str]:
    """The archives of a torchvision data set, by their path under the root, with their MD5 sums."""
    if hasattr(dataset, "resources"):
        return {f"{dataset.__name__}/raw/{name}": md5 for name, md5 in dataset.resources}
    return {dataset.filename: dataset.tgz_md5}


def _verified(root: Path, archives: dict[str, str]) -> bool:
    from torchvision.datasets.utils import check_integrity

    return all(check_integrity(root / archive, md5) for archive, md5 in archives.items())


def _unpacked(root: Path, dataset: Any) -> bool:
    """Whether the unpacked files of a data set lie under the root."""
    if hasattr(dataset, "resources"):
        return all((root / archive).with_suffix("").is_file() for archive in _archives(dataset))
    return (root / dataset.base_folder).is_dir()


def _download(dataset: Any, root: Path, archives: dict[str, str]) -> None:
    """Download what is missing of a data set's archives, or damaged, to under `root`; one process at a time."""
    name, mirrors = dataset.__name__, getattr(dataset, "mirrors", None)
    log.info("%s is not in %s: downloading it", name, root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with alone(root / f".{name}.lock", lambda other: log.info("%s downloads it already: waiting", other)):
            for archive, md5 in archives.items():
                if not _verified(root, {archive: md5}):
                    urls = [f"{mirror}{Path(archive).name}" for mirror in mirrors] if mirrors else [dataset.url]
                    fetch(urls, root / archive, md5)
    except DownloadError as error:
        places = sorted({str((root / archive).parent) for archive in archives})
        raise InputError(
            f"{name} is not in {root} and could not be downloaded ({error}). "
            f"Put {', '.join(Path(archive).name for archive in archives)} into {places[0]}, or give the folder that "
            "holds them as data_dir; the data set digits is bundled and needs no download"
        ) from error
    except OSError as error:
        raise InputError(f"cannot write to {root}: {error.strerror}") from error
