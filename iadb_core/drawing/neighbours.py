"""Generated and held-out images, each beside the training image that is nearest to it."""

import numpy as np
import torch
from PIL import Image

from iadb_core.data.density import Density
from iadb_core.data.shards import Converted, Samples
from iadb_core.drawing.sheets import enlarged, interleaved, side_by_side
from iadb_core.evaluation.fidelity import nearest

SHOWN, COLUMNS, SIZE = 32, 8, 48


def neighbours(name: str, target: Density, generated: Samples, held_out: np.ndarray, train: np.ndarray) -> Image.Image:
    """The picture of a run, by its name. generated: network values; held_out, train: stored images."""

    def pixels(stored: np.ndarray) -> np.ndarray:
        return target.true_values(target.network_values(torch.from_numpy(np.array(stored))).numpy())

    shown = target.true_values(generated[:SHOWN])
    pictures, titles = [], []
    for kind, images in (("generated", shown), ("held-out", pixels(held_out[: len(shown)]))):
        index, distance = nearest(images, Converted(train, pixels))
        pictures.append(enlarged(interleaved(images, pixels(train[index])), COLUMNS, SIZE))
        titles.append(f"{kind}, each left of its nearest training image: mean distance {distance.mean():.2f}")
    caption = (
        f"{name}. Left: generated images, right: real ones "
        "that were never trained on; beside each the nearest of all training images, by pixels. Copies would show as "
        "equal pairs on the left and a much smaller mean distance than on the right."
    )
    return side_by_side(pictures, titles, 2, caption)
