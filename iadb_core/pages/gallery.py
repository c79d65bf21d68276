"""results/<experiment>/explore.html of images: samples on their way, by stored pictures, beside training images."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from math import isqrt
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from torch import Tensor

from iadb_core.data.density import Density
from iadb_core.drawing.grids import image_grid
from iadb_core.drawing.png import encoded
from iadb_core.pages.page import rendered
from iadb_core.system.errors import InputError

SHOWN, FRAMES = 36, 9  # samples; pictures of each way, from α = 0 to 1
NEARLY = 16  # evaluations with which the page begins, if there is such a way
Nearest = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class Way(NamedTuple):
    """One way to make samples. evaluations: of the network, for each. states: from α = 0 to 1, each (count, *shape);
    alphas: of these.
    """

    solver: str
    evaluations: int
    alphas: Sequence[float]
    states: Sequence[Tensor]


def gallery_page(
    title: str,
    about: str,
    target: Density,
    ways: Sequence[Way],
    nearest: Nearest,
    held_out: np.ndarray,
    live: dict[str, Any] | None = None,
) -> str:
    """The page of the same starts, followed in several ways.

    target: by whose scaling they are images. nearest: from images, (count, channels, height, width), to the training
    images nearest to them, and their distances. held_out: real images that were not trained on, as `nearest` takes
    them. live: the network, as `packed_live` gives it, if it is to run there. Raises InputError if there is no way.
    """
    if not ways:
        raise InputError("explore.html needs a way to make samples")
    count = len(ways[0].states[0])
    packed = [_packed(way, target, nearest) for way in ways]
    begin = min(range(len(ways)), key=lambda number: abs(ways[number].evaluations - NEARLY))
    rows = isqrt(count - 1) + 1
    _, distances = nearest(held_out)
    data = {
        "count": count,
        "rows": rows,
        "begin": begin,
        "ways": packed,
        "real": float(np.mean(distances)),
        "live": live,
    }
    protocol = (
        f"{count} samples of the same starts in every way; between two of {FRAMES} pictures each one is drawn over the "
        "other. Nearest by the distance of all pixels, of all training images."
    )
    solvers = list(dict.fromkeys(way.solver for way in ways))
    told = {"title": title, "about": about, "protocol": protocol, "count": count, "solvers": solvers, "live": live}
    return rendered("gallery", "gallery", ("start", "noiseOf"), data, **told)


def _packed(way: Way, target: Density, nearest: Nearest) -> dict[str, Any]:
    """A way as the page's data has it: its frames, and the nearest training images of its ends."""
    shown = [_at(way, alpha) for alpha in np.linspace(0, 1, FRAMES)]
    images = [target.true_values(values) for values in shown]
    found, distances = nearest(images[-1])
    return {
        "solver": way.solver,
        "nfe": way.evaluations,
        "frames": [_picture(one) for one in images],
        "nearest": _picture(found),
        "distances": [round(float(distance), 4) for distance in distances],
        "mean": round(float(np.mean(distances)), 4),
    }


def _at(way: Way, alpha: float) -> np.ndarray:
    """The states at an α, on the straight lines between those that were visited."""
    after = int(np.clip(np.searchsorted(way.alphas, alpha), 1, len(way.alphas) - 1))
    before = way.alphas[after - 1]
    share = (alpha - before) / (way.alphas[after] - before)
    one, two = (state.numpy() for state in (way.states[after - 1], way.states[after]))
    mixed: np.ndarray = one + np.float32(share) * (two - one)
    return mixed


def _picture(images: np.ndarray) -> str:
    """A grid of images as the address of a PNG. images: (count, 1 or 3, height, width), in [0, 1]."""
    grid = (image_grid(images.clip(0, 1)) * 255).round().astype(np.uint8)
    picture = Image.fromarray(grid[..., 0] if grid.shape[2] == 1 else grid)
    return "data:image/png;base64," + b64encode(encoded(picture)).decode()
