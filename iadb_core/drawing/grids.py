"""Images side by side in one picture."""

from math import ceil, isqrt

import numpy as np
from PIL import Image


def image_grid(images: np.ndarray, rows: int | None = None) -> np.ndarray:
    """Images side by side in a grid, filled column by column: of 64, image i + 8j in row i, column j.

    images: (count, channels, height, width). rows: of the grid; by default it is square. Returns (rows·height,
    columns·width, channels); places left are 0.
    """
    count, channels, height, width = images.shape
    rows = rows or isqrt(count - 1) + 1
    columns = ceil(count / rows)
    grid = np.zeros((rows * columns, channels, height, width), images.dtype)
    grid[:count] = images
    return (
        grid.reshape(columns, rows, channels, height, width)
        .transpose(1, 3, 0, 4, 2)
        .reshape(rows * height, columns * width, channels)
    )


def draw_images(images: np.ndarray, size: int, rows: int | None = None) -> Image.Image:
    """A grid of images as a picture of at most `size` pixels: enlarged by the greatest whole factor, or reduced.

    images: (count, 1 or 3, height, width), true pixel values in [0, 1]. rows: as of `image_grid`.
    """
    grid = (image_grid(images, rows) * 255).round().astype(np.uint8)
    picture = Image.fromarray(grid[..., 0] if grid.shape[2] == 1 else grid)
    longest = max(picture.size)
    if longest > size:
        reduced = [max(1, side * size // longest) for side in picture.size]
        return picture.resize((reduced[0], reduced[1]), Image.Resampling.BOX)
    factor = size // longest
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
