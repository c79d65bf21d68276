"""A trajectory at α = 0, ⅛, … 1 side by side."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from iadb_core.data.density import Density
from iadb_core.drawing.frames import painter
from iadb_core.drawing.sheets import side_by_side
from iadb_core.method.schedules import SCHEDULES

SHOWN, COLUMNS, SIZE = 9, 5, 256
CAPTION = {
    "points": "Every point keeps the colour of where it starts. Early on all samples move towards the mean of the "
    "target; its shape appears late, and neighbours stay together except where the target has gaps.",
    "noise": "Every image starts as noise and is only ever moved, never drawn anew: what it will be is decided early, "
    "from coarse to fine, and the last steps remove what is left of the noise.",
    "images": "Every image starts as a sample of the source, and fades into what the network makes of it.",
}


def contact_sheet(
    name: str,
    trajectory: np.ndarray,
    schedule: str,
    source: Density,
    target: Density,
    axes: Sequence[str] | None = None,
    groups: int | None = None,
) -> Image.Image:
    """The sheet of a run, by its name.

    trajectory: (T + 1, count, *shape). schedule: of its α. axes, groups: as of `painter`.
    """
    alphas = np.array(SCHEDULES[schedule](len(trajectory) - 1))
    index = [int(np.abs(alphas - wanted).argmin()) for wanted in np.linspace(0, 1, SHOWN)]
    draw = painter(trajectory[[0, -1]], source, target, SIZE, axes=axes, groups=groups)
    of_images = "noise" if source.fresh else "images"
    caption = f"{name}. {CAPTION[of_images if trajectory.ndim == 5 else 'points']}"
    titles = [f"α = {alphas[i]:.3f}" for i in index]
    return side_by_side([draw(trajectory[i]) for i in index], titles, COLUMNS, caption)
