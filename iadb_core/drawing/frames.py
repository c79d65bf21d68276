"""The frames of an animation: each state of a trajectory, drawn over a strip that shows α."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from iadb_core.data.density import Density, Scaling
from iadb_core.data.scaling import scale, unscale
from iadb_core.drawing.colours import FAINT, INK
from iadb_core.drawing.grids import draw_images
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.points import PointCanvas, class_colours, density_background, start_colours
from iadb_core.drawing.settings import Animation
from iadb_core.method.schedules import SCHEDULES

BY_START = "by_start"


class Frames(Sequence[Image.Image]):
    """Every stride-th state of a trajectory, and the last, drawn when asked for: points or a grid of images.

    trajectory: (T + 1, count, *shape). schedule: of its α. settings: `size`, `stride`, `point_colour` and `axes`.
    groups: as of `painter`. beside: images on the left and on the right of each row, (2, groups, *shape), if any.
    Several threads may ask at once.
    Raises InputError if a density's picture cannot be read.
    """

    def __init__(
        self,
        trajectory: np.ndarray,
        source: Density,
        target: Density,
        schedule: str,
        settings: Animation,
        groups: int | None = None,
        beside: np.ndarray | None = None,
    ) -> None:
        last = len(trajectory) - 1
        self.shown = [*range(0, last, settings.stride), last]
        self.trajectory, self.alphas = trajectory, SCHEDULES[schedule](last)
        how = settings.size, settings.point_colour, settings.axes, groups, beside
        self.draw = painter(trajectory[[0, -1]], source, target, *how)

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]
        state = self.shown[index]
        return with_alpha(self.draw(self.trajectory[state]), self.alphas[state])


def painter(
    both: np.ndarray,
    source: Density,
    target: Density,
    size: int,
    point_colour: str = BY_START,
    axes: Sequence[str] | None = None,
    groups: int | None = None,
    beside: np.ndarray | None = None,
) -> Callable[[np.ndarray], Image.Image]:
    """What draws states on their way: points in the colours of where they begin, or images.

    both: where they begin and end, (2, count, *shape), by which it is chosen what part of the plane is shown. size: of
    a picture, in pixels. point_colour: `by_start`, for each point by where it starts, or #rrggbb for all. axes: as of
    `plane_of`. groups: how many the samples are of, each in turn, classes say: images then have a row each, points a
    colour. beside: as of `Frames`.
    Raises InputError if a density's picture cannot be read.
    """
    begin, end = both
    if begin.ndim == 2:
        plane = plane_of(begin, end, source, target, axes)
        seen = [side.behind(plane.box, plane.axes) for side in (source, target)]
        background = density_background(seen[0], seen[1], size)
        colours = class_colours(groups, len(begin)) if groups else start_colours(plane.places(begin))
        if point_colour != BY_START:
            colours = np.array([ImageColor.getrgb(point_colour)], np.uint8).repeat(len(begin), axis=0)
        canvas = PointCanvas(colours, background)
        return lambda points: noted(canvas.draw(plane.places(points)), plane.note)
    return partial(_draw_values, scaling=scaling_of(source, target), size=size, rows=groups, beside=beside)


def scaling_of(source: Density, target: Density) -> Scaling:
    """The scaling by which network values are shown as pixels: the target's, else the source's."""
    return target.pixel_scaling() or source.pixel_scaling() or [(0.5, 0.5)]


def _draw_values(
    values: np.ndarray, scaling: Scaling, size: int, rows: int | None, beside: np.ndarray | None
) -> Image.Image:
    if beside is not None:
        left, right = beside
        places_left = np.zeros((-len(values) % len(left), *values.shape[1:]))
        black = np.asarray(scale(places_left, scaling), values.dtype)
        values = np.concatenate([left, values, black, right])
    return draw_images(unscale(values, scaling), size, rows)


def noted(picture: Image.Image, note: str) -> Image.Image:
    """The picture with a note in its corner, if there is any."""
    if note:
        ImageDraw.Draw(picture).text((6, 4), note, INK, font(max(9, picture.width // 36)))
    return picture


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font of everything that is written on pictures, in pixels: of matplotlib's, without importing it."""
    matplotlib = Path(getattr(find_spec("matplotlib"), "origin", ""))
    return ImageFont.truetype(str(matplotlib.with_name("mpl-data") / "fonts" / "ttf" / "DejaVuSans.ttf"), size)


def with_alpha(picture: Image.Image, alpha: float) -> Image.Image:
    """The picture over a strip that shows α as a number and as a bar. Gray stays gray, RGB stays RGB."""
    height = max(16, picture.width // 16)
    frame = Image.new(picture.mode, (picture.width, picture.height + height), _shade(picture.mode, (255, 255, 255)))
    frame.paste(picture)
    draw = ImageDraw.Draw(frame)
    letters = font(round(height * 0.62))
    middle = picture.height + height / 2
    draw.text((height / 3, middle), f"α = {alpha:.3f}", _shade(picture.mode, INK), letters, anchor="lm")
    left, right = height / 3 + draw.textlength("α = 0.000  ", letters), picture.width - height / 3
    if left >= right:  # too narrow a frame for a bar
        return frame
    bar = (left, middle - height / 10, right, middle + height / 10)
    draw.rectangle(bar, _shade(picture.mode, FAINT))
    draw.rectangle((left, bar[1], left + alpha * (right - left), bar[3]), _shade(picture.mode, INK))
    return frame


def _shade(mode: str, colour: Sequence[int]) -> int | tuple[int, ...]:
    return colour[0] if mode == "L" else tuple(colour)
