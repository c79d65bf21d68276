"""Degraded images beside what several ways make of them, and beside what they were."""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from iadb_core.drawing.sheets import enlarged, side_by_side

SIZE = 64  # pixels of an image


def restored_picture(name: str, shown: Mapping[str, np.ndarray]) -> Image.Image:
    """A column for each way, by its title; a row for each image. name: of the run.

    shown: pixel values in [0, 1], (count, channels, height, width).
    """
    pictures = [enlarged(images, 1, SIZE) for images in shown.values()]
    caption = (
        f"{name}: held-out images, degraded on the left and whole on the right. In between, several answers to the "
        "same image: where much is lost, they differ, and each is sharp. What a regression gives is the mean of all "
        "answers, which is blurred wherever they differ."
    )
    return side_by_side(pictures, list(shown), len(shown), caption)
