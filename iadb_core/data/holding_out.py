"""Which samples are held out, where a data set does not say."""

import numpy as np

from iadb_core.system.progress import log
from iadb_core.system.seeds import numpy_generator

HELD_OUT_SHARE = 10


def held_out_tenth(images: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split images into training and held-out images, a tenth of them (at least one), chosen by `seed`.

    A single image is both, and what is measured against it says nothing: a warning in the log.
    """
    if len(images) == 1:
        warn_of_a_single_image()
    trained, held_out = tenth(len(images), seed)
    return images[trained], images[held_out]


def warn_of_a_single_image() -> None:
    """Warn that it is both trained on and held out."""
    log.warning("a single image is trained on and measured against: the distance says nothing")


def tenth(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of `count` images are trained on, and which are held out, ascending."""
    if count == 1:
        return np.zeros(1, int), np.zeros(1, int)
    order = numpy_generator(seed, "held-out images").permutation(count)
    held_out = max(1, count // HELD_OUT_SHARE)
    return np.sort(order[held_out:]), np.sort(order[:held_out])
