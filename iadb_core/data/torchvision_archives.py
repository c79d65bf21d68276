"""The archives of torchvision's data sets: where they lie, whether they are whole, and how they get there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from iadb_core.system.downloads import DownloadError, fetch
from iadb_core.system.errors import InputError
from iadb_core.system.locks import alone
from iadb_core.system.progress import log


class Archive(NamedTuple):
    """A file that is downloaded. path: under the root. urls: where it can be had."""

    path: str
    md5: str
    urls: list[str]


def archives_of(dataset: Any) -> list[Archive]:
    """The archives of a data set, by its class; none where torchvision alone knows them."""
    name = dataset.__name__
    match name:
        case "QMNIST":
            return [
                _archive(f"{name}/raw/{Path(url).name}", md5, url)
                for part in ("train", "test")
                for url, md5 in dataset.resources[part]
            ]
        case "EMNIST":
            return [_archive(f"{name}/raw/{Path(dataset.url).name}", dataset.md5, dataset.url)]
        case "SVHN" | "USPS":
            told = [dataset.split_list[part] for part in ("train", "test")]
            return [_archive(filename, md5, url) for url, filename, md5 in told]
        case "SEMEION":
            return [_archive(dataset.filename, dataset.md5_checksum, dataset.url)]
        case "CIFAR10" | "CIFAR100" | "STL10":
            return [_archive(dataset.filename, dataset.tgz_md5, dataset.url)]
        case "MNIST" | "FashionMNIST" | "KMNIST":
            return [
                Archive(f"{name}/raw/{file}", md5, [f"{mirror}{file}" for mirror in dataset.mirrors])
                for file, md5 in dataset.resources
            ]
    return []


def _archive(path: str, md5: str, url: str) -> Archive:
    return Archive(path, md5, [url])


def verified(root: Path, archives: list[Archive]) -> bool:
    """Whether all of the archives lie under the root, whole."""
    from iadb_core.data.torchvision_import import import_torchvision

    check = import_torchvision().datasets.utils.check_integrity
    return all(check(root / archive.path, archive.md5) for archive in archives)


@contextmanager
def downloading(name: str, root: Path) -> Iterator[None]:
    """In the block this process alone downloads a data set to under `root`, which is there.

    Raises InputError if it cannot be written to, or if what is needed cannot be had.
    """
    log.info("%s is not in %s: downloading it", name, root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with alone(root / f".{name}.lock", lambda other: log.info("%s downloads it already: waiting", other)):
            yield
    except OSError as error:
        raise InputError(f"cannot write to {root}: {error.strerror or error}") from error


def download(name: str, root: Path, archives: list[Archive]) -> None:
    """Download what is missing of a data set's archives, or damaged, to under `root`; one process at a time."""
    try:
        with downloading(name, root):
            for archive in archives:
                if not verified(root, [archive]):
                    fetch(archive.urls, root / archive.path, archive.md5)
    except DownloadError as error:
        place = sorted({str((root / archive.path).parent) for archive in archives})[0]
        files = ", ".join(Path(archive.path).name for archive in archives)
        raise InputError(not_there(name, root, str(error), f"Put {files} into {place}")) from error


def not_there(name: str, root: Path, why: str, remedy: str) -> str:
    """What to say of a data set that can neither be found nor downloaded."""
    return (
        f"{name} is not in {root} and could not be downloaded ({why}). {remedy}, or give the folder that holds them as "
        "data_dir; the data set digits is bundled and needs no download"
    )
