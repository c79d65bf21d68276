"""scikit-learn's handwritten digits, enlarged."""

import numpy as np
from PIL import Image

from iadb_core.system.errors import InputError


def digits(size: tuple[int, int], margin: int) -> np.ndarray:
    """scikit-learn's 1,797 handwritten digits, enlarged bicubically from 8×8 inside a black margin.

    size: (height, width). Returns (1797, 1, *size), uint8. Raises InputError if the margin leaves less than 8 pixels.
    """
    from sklearn.datasets import load_digits

    height, width = (side - 2 * margin for side in size)
    if min(height, width) < 8:
        raise InputError(f"digits: a margin of {margin} leaves less than 8 pixels of {min(size)}")
    small = (load_digits().images * (255 / 16)).astype(np.float32)  # (1797, 8, 8)
    large = [Image.fromarray(digit).resize((width, height), Image.Resampling.BICUBIC) for digit in small]
    pixels = np.stack([np.asarray(digit) for digit in large]).clip(0, 255).round().astype(np.uint8)
    return np.pad(pixels, ((0, 0), (margin, margin), (margin, margin)))[:, None]


def digit_labels() -> np.ndarray:
    """The classes of `digits`, (1797,), int64."""
    from sklearn.datasets import load_digits

    return load_digits().target.astype(np.int64)
