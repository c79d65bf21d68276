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
        log.warning("a single image is trained on and measured against: the distance says nothing")
        return images, images
    order = numpy_generator(seed, "held-out images").permutation(len(images))
    count = max(1, len(images) // HELD_OUT_SHARE)
    return images[np.sort(order[count:])], images[np.sort(order[:count])]
