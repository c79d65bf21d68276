"""Image data sets and folders of images as uint8 arrays, (images, channels, height, width)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from iadb_core.data.formats import SUFFIXES
from iadb_core.data.pictures import opened, over_black, without_palette
from iadb_core.data.torchvision_sets import Splits, torchvision_labels, torchvision_set
from iadb_core.system.errors import InputError
from iadb_core.system.progress import log
from iadb_core.system.seeds import numpy_generator

HELD_OUT_SHARE = 10


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
