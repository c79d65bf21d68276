"""Where the same starts end: by the network, and by the exact field."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from iadb_core.data.density import Density
from iadb_core.drawing.frames import painter
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.sheets import side_by_side
from iadb_core.evaluation.metrics import EXACT_MAP

SIZE = 384


def map_picture(
    name: str,
    ends: np.ndarray,
    figures: Iterable[Mapping[str, Any]],
    source: Density,
    target: Density,
    axes: Sequence[str] | None = None,
) -> Image.Image:
    """The picture of a run, by its name.

    ends: as `Study` has them; figures: as they stand in map.json. axes: as of `plane_of`.
    """
    values = {figure["metric"]: figure["value"] for figure in figures}
    draw = painter(ends[[0, -1]], source, target, SIZE, axes=axes)
    titles = ["starts", "where the network carries them", "where the exact field carries them"][: len(ends)]
    caption = f"{name}: the same {ends.shape[1]:,} starts, in the same colours."
    if len(ends) == 3:
        width = plane_of(ends[0], ends[-1], source, target, axes).box.width
        caption += (
            " Right is what training aims at, without a network. Points between the parts of the target, and colours "
            "in another place than on the right, are the network's errors; in the mean (RMS) "
            f"a coordinate is {values[EXACT_MAP.title] / width:.3f} of the width from where it belongs."
        )
    return side_by_side([draw(points) for points in ends], titles, len(ends), caption)
