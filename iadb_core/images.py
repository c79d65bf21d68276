"""Image data sets and folders of images as uint8 arrays, (images, channels, height, width)."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from iadb_core.downloads import DownloadError, fetch
from iadb_core.files import InputError
from iadb_core.formats import SUFFIXES
from iadb_core.locks import alone
from iadb_core.pictures import opened, over_black, without_palette
from iadb_core.progress import log
from iadb_core.seeds import numpy_generator

TORCHVISION_SETS = ("MNIST", "FashionMNIST", "KMNIST", "CIFAR10")
HELD_OUT_SHARE = 10

Splits = tuple[np.ndarray, np.ndarray]


def held_out_tenth(images: np.ndarray, seed: int) -> Splits:
    """Split images into training and held-out images, a tenth of them (at least one), chosen by `seed`.

    A single image is both, and what is measured against it says nothing: a warning in the log.
    """
    if len(images) == 1:
        log.warning("a single image is trained on and measured against: the distance says nothing")
        return images, images
    order = numpy_generator(seed, "held-out images").permutation(len(images))
    count = max(1, len(images) // HELD_OUT_SHARE)
    return images[np.sort(order[count:])], images[np.sort(order[:count])]


def digits(size: int, margin: int) -> np.ndarray:
    """scikit-learn's 1,797 handwritten digits, enlarged bicubically from 8×8 inside a black margin.

    Returns (1797, 1, size, size), uint8. Raises InputError if the margin leaves less than 8 pixels.
    """
    from sklearn.datasets import load_digits

    inner = size - 2 * margin
    if inner < 8:
        raise InputError(f"digits: a margin of {margin} leaves {inner} pixels of {size}; at least 8 are needed")
    small = (load_digits().images * (255 / 16)).astype(np.float32)  # (1797, 8, 8)
    large = [Image.fromarray(digit).resize((inner, inner), Image.Resampling.BICUBIC) for digit in small]
    pixels = np.stack([np.asarray(digit) for digit in large]).clip(0, 255).round().astype(np.uint8)
    return np.pad(pixels, ((0, 0), (margin, margin), (margin, margin)))[:, None]


def dataset_images(dataset: Mapping[str, Any], data_dir: str | os.PathLike[str], seed: int) -> Splits:
    """The training and held-out images of a named data set, as they are stored.

    dataset: `name`, and of digits `size` and `margin`. seed: of the held-out tenth of digits. Raises InputError as
    `digits` and `torchvision_set` do.
    """
    if dataset["name"] == "digits":
        return held_out_tenth(digits(dataset["size"], dataset["margin"]), seed)
    return torchvision_set(dataset["name"], data_dir)


def dataset_labels(dataset: Mapping[str, Any], data_dir: str | os.PathLike[str], seed: int) -> Splits:
    """The classes, (images,), int64, of what `dataset_images` gives."""
    if dataset["name"] == "digits":
        from sklearn.datasets import load_digits

        return held_out_tenth(load_digits().target.astype(np.int64), seed)
    return torchvision_labels(dataset["name"], data_dir)


def folder(path: str | os.PathLike[str], size: int, channels: int) -> np.ndarray:
    """All images under a folder, in the order of their names, cropped to their middle square and resized.

    Returns (images, channels, size, size), uint8; channels: 1 (gray) or 3 (RGB).
    Raises InputError if the folder is missing or has no images, or naming the broken ones.
    """
    names = sorted(name for name in Path(path).rglob("*") if name.suffix.lower() in SUFFIXES and name.is_file())
    if not names:
        raise InputError(f"{path}: no images in this folder; put {', '.join(sorted(SUFFIXES))} files there")
    images, broken = [], []
    for name in names:
        try:
            images.append(_square(name, size, channels))
        except InputError as error:
            broken.append(str(error))
    if broken:
        shown = "; ".join(broken[:3]) + ("; …" if len(broken) > 3 else "")
        raise InputError(f"{len(broken)} of {len(names)} images are broken, repair or remove them: {shown}")
    return np.stack(images)


def _square(path: Path, size: int, channels: int) -> np.ndarray:
    with opened(path) as picture:
        picture = without_palette(ImageOps.exif_transpose(picture))
        pixels = np.asarray(picture)
        if picture.mode.startswith("I;16"):
            pixels = pixels / 257
        elif pixels.dtype != np.uint8:
            raise InputError(f"{path}: pixels of mode {picture.mode} have no known range; save it as 8 or 16 bits")
        flat = over_black(pixels, picture.mode).round().astype(np.uint8)  # (height, width, 1 or 3)
        image = Image.fromarray(flat[..., 0] if flat.shape[-1] == 1 else flat)
        square = ImageOps.fit(image.convert("L" if channels == 1 else "RGB"), (size, size), Image.Resampling.LANCZOS)
    return np.asarray(square).reshape(size, size, channels).transpose(2, 0, 1)


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
    from iadb_core.torchvision_import import import_torchvision

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
            f"Put {', '.join(Path(archive).name for archive in archives)} into {places[0]}, or name the folder that "
            "holds them with --config data_dir=FOLDER; `snakemake results/digits.gif` runs the same pipeline on "
            "bundled data"
        ) from error
    except OSError as error:
        raise InputError(f"cannot write to {root}: {error.strerror}") from error
