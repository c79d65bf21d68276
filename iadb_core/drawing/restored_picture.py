"""What several ways make of images, beside what they were and what they should be."""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from iadb_core.drawing.sheets import enlarged, side_by_side

SIZE, GAP = 96, 4  # pixels of an image, and between two
CAPTIONS = {
    "restored": "held-out images, degraded on the left and whole on the right. In between, several answers to the same "
    "image, which may differ where much is lost. A regression learns the mean of all answers, blurred where they "
    "differ.",
    "partners": "held-out images of the source on the left, their partners in the target on the right. In between, "
    "where the network carries them. A training on pairs is to carry each to its partner; one on images that are "
    "paired by chance, to any image of the target.",
}


def restored_picture(name: str, shown: Mapping[str, np.ndarray], about: str) -> Image.Image:
    """A column for each way, by its title; a row for each image. name: of the run. about: one of `CAPTIONS`.

    shown: pixel values in [0, 1], (count, channels, height, width).
    """
    pictures = [_column(images) for images in shown.values()]
    return side_by_side(pictures, list(shown), len(shown), f"{name}: {CAPTIONS[about]}")


def _column(images: np.ndarray) -> Image.Image:
    """Images one below the other, with a gap between them."""
    each = [enlarged(image[None], 1, SIZE).convert("RGB") for image in images]
    width, height = each[0].size
    column = Image.new("RGB", (width, len(each) * (height + GAP) - GAP), (255, 255, 255))
    for number, picture in enumerate(each):
        column.paste(picture, (0, number * (height + GAP)))
    return column
