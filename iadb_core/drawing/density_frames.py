"""Frames of a density that flows, beside the exact one: colours by height, and lines of equal height."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from iadb_core.drawing.colours import INK
from iadb_core.drawing.frames import font, with_alpha

# From white over blue to nearly black: lighter is always less, to colour-blind eyes as well.
SHADES = np.array([[255, 255, 255], [198, 219, 239], [107, 174, 214], [33, 113, 181], [8, 48, 107], [3, 19, 43]])
BRIGHTEST = 0.995  # of the cells that have any density lie below the darkest shade
LINE_SHADE = 0.72


class DensityFrames(Sequence[Image.Image]):
    """A frame for each α: the model's density and, if it is known, the exact one, in one scale of colours.

    model: (frames, cells, cells), rows from the top. exact: the same, or None. alphas: of the frames. mass: of each of
    the model's on the grid. size: of a picture, in pixels; levels: lines of equal height. points: places of points over
    the model's, (frames, count, 2), row and column in the unit square, if any.
    """

    def __init__(
        self,
        model: np.ndarray,
        exact: np.ndarray | None,
        alphas: Sequence[float],
        mass: Sequence[float],
        size: int,
        levels: int,
        points: np.ndarray | None = None,
    ) -> None:
        self.both = [model] if exact is None else [model, exact]
        self.alphas, self.mass, self.size, self.levels, self.points = alphas, mass, size, levels, points
        known = model if exact is None else exact
        self.most = float(np.quantile(known[known > 1e-3 * known.max()], BRIGHTEST))

    def __len__(self) -> int:
        return len(self.alphas)

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]
        titles = [f"model, mass {self.mass[index]:.3f}", "exact"]
        shown = zip(self.both, titles, strict=False)
        pictures = [self._picture(density[index], title) for density, title in shown]
        if self.points is not None:
            draw = ImageDraw.Draw(pictures[0])
            for row, column in self.points[index]:
                x, y = column * self.size, row * self.size
                draw.ellipse((x - 1, y - 1, x + 1, y + 1), (214, 96, 77))
        frame = Image.new("RGB", (self.size * len(pictures) + GAP * (len(pictures) - 1), self.size), (255, 255, 255))
        for number, picture in enumerate(pictures):
            frame.paste(picture, (number * (self.size + GAP), 0))
        return with_alpha(frame, self.alphas[index])

    def _picture(self, density: np.ndarray, title: str) -> Image.Image:
        """One density, with its title."""
        smooth = Image.fromarray((density / self.most).astype(np.float32)).resize(
            (self.size, self.size), Image.Resampling.BICUBIC
        )
        height = np.asarray(smooth).clip(0, 1)
        shades = _shades()[(height * 255).round().astype(int)]
        step = np.floor(height * (self.levels + 1)).astype(int)
        line = np.zeros_like(step, dtype=bool)
        line[:, 1:] |= step[:, 1:] != step[:, :-1]
        line[1:] |= step[1:] != step[:-1]
        shades[line] = (shades[line] * LINE_SHADE).astype(np.uint8)
        picture = Image.fromarray(shades)
        ImageDraw.Draw(picture).text((6, 4), title, INK, font(max(9, self.size // 30)))
        return picture


GAP = 4


@lru_cache(maxsize=1)
def _shades() -> np.ndarray:
    """256 colours, (256, 3), uint8."""
    at = np.linspace(0, len(SHADES) - 1, 256)
    return np.stack([np.interp(at, range(len(SHADES)), part) for part in SHADES.T], axis=1).round().astype(np.uint8)
