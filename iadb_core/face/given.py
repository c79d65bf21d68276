"""What a person hands over: settings by keyword, and samples as arrays."""

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from pydantic import ValidationError

from iadb_core.data.density import Density, Drawn, Read, Scaling
from iadb_core.data.kinds.given import GivenImages, GivenPoints
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator
from iadb_core.system.settings import Section

Size = int | tuple[int, int]  # a side of images, or (height, width)
Own = TypeVar("Own", bound=Section)
POINTS = 65_536  # that are drawn of a density to train on
CHANNELS = (1, 3)
MULTIPLE = 8  # of the sides of images that the networks take


def checked(section: type[Own], values: Mapping[str, Any]) -> Own:
    """The section with these values. Raises InputError with each mistake, and what is allowed."""
    if unknown := sorted(set(values) - set(section.model_fields)):
        raise InputError(f"{', '.join(unknown)}: unknown; allowed: {', '.join(section.model_fields)}")
    try:
        return section.model_validate(dict(values))
    except ValidationError as error:
        said = [
            f"{'.'.join(map(str, mistake['loc'])) or section.__name__}: {mistake['msg']}, found {mistake['input']!r}"
            for mistake in error.errors()
        ]
        raise InputError("; ".join(said)) from None


def as_array(samples: ArrayLike | torch.Tensor) -> np.ndarray:
    """Samples as an array on the CPU."""
    return samples.detach().cpu().numpy() if isinstance(samples, torch.Tensor) else np.asarray(samples)


def points(samples: np.ndarray) -> np.ndarray:
    """Points, (count,) or (count, coordinates), as (count, coordinates), float32. Raises InputError."""
    array = samples[:, None] if samples.ndim == 1 else samples
    if array.dtype.kind not in "fiub" or not len(array) or not np.isfinite(array).all():
        raise InputError(f"points are finite numbers, one row each; found {samples.dtype}, {samples.shape}")
    return np.ascontiguousarray(array, dtype=np.float32)


def images(samples: np.ndarray, beyond: float = 0.0) -> np.ndarray:
    """Images as bytes, or as numbers from 0 to 1, with their channels first: (count, 1 or 3, height, width).

    samples: (count, height, width), (count, channels, height, width) or (count, height, width, channels). beyond: by so
    much numbers may lie outside. Raises InputError for other shapes, and for numbers that are no pixel values.
    """
    array = samples[:, None] if samples.ndim == 3 else samples
    if array.ndim == 4 and array.shape[1] not in CHANNELS and array.shape[3] in CHANNELS:
        array = array.transpose(0, 3, 1, 2)
    if array.ndim != 4 or array.shape[1] not in CHANNELS or not array.size:
        raise InputError(f"images are (count, height, width), with 1 or 3 channels if any; found {samples.shape}")
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype.kind not in "fb" or not (array.min() >= -beyond and array.max() <= 1 + beyond):
        raise InputError(
            f"pixel values are bytes (uint8), or numbers from 0 to 1; found {samples.dtype} "
            f"from {array.min():.4g} to {array.max():.4g}"
        )
    return np.ascontiguousarray(array, dtype=np.float32)


def density_and_samples(
    given: ArrayLike | torch.Tensor | Density,
    side: str,
    seed: int,
    size: int | tuple[int, int] | None,
    scaling: Scaling | None,
) -> tuple[Density, np.ndarray | None]:
    """A source or a target, and the samples of it that are trained on: none of what is drawn anew.

    given: a density, points or images. size, scaling: of images given as an array; by default the next multiples of 8,
    and one step (0.5, 0.5). Raises InputError if they are neither.
    """
    if isinstance(given, Density):
        density = given.with_found(given.found())
        return density, _stored(density, side, seed)
    array = as_array(given)
    if array.ndim <= 2:
        stored = points(array)
        return GivenPoints(dimension=stored.shape[1]), stored
    stored = images(array)
    height, width = _sides(stored.shape[2:], size)
    settings: dict[str, Any] = {"size": height, "channels": stored.shape[1]}
    if width != height:
        settings["width"] = width
    if scaling is not None:
        settings["scaling"] = [tuple(map(float, step)) for step in scaling]
    in_bytes = stored if stored.dtype == np.uint8 else (stored * 255).round().astype(np.uint8)
    return checked(GivenImages, settings), in_bytes


def _sides(found: tuple[int, ...], size: Size | None) -> tuple[int, int]:
    """Height and width as the network sees them, of images of other ones. Raises InputError if that is not clear."""
    if size is None:
        return -(-found[0] // MULTIPLE) * MULTIPLE, -(-found[1] // MULTIPLE) * MULTIPLE
    if isinstance(size, tuple):
        return size
    if found[0] != found[1]:
        raise InputError(f"images of {found[0]}×{found[1]} pixels are not square: give size=(height, width)")
    return size, size


def _stored(density: Density, side: str, seed: int) -> np.ndarray | None:
    if density.fresh:
        return None
    if isinstance(density, Drawn):
        return density.draw(density.shape() or (2,), POINTS, numpy_generator(seed, f"{side} train"))
    assert isinstance(density, Read)
    return density.read("data", seed).train.samples
