"""Frames of both algorithms side by side: by chance above, deterministic below, from few steps to many."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw

from iadb_core.data.density import Density
from iadb_core.drawing.colours import INK
from iadb_core.drawing.frames import font, painter, with_alpha
from iadb_core.evaluation.theorem import Shown

GAP = 4


class TheoremFrames(Sequence[Image.Image]):
    """A frame for each α of the finest schedule; with fewer steps, a point stays until its next one.

    paths: by the number of steps. size: of the whole frame, in pixels.
    """

    def __init__(self, paths: Mapping[int, Shown], source: Density, target: Density, frames: int, size: int) -> None:
        self.paths, self.alphas = paths, np.linspace(0, 1, frames)
        self.side = (size - GAP * (len(paths) - 1)) // len(paths)
        finest = paths[max(paths)].deterministic
        self.draw = painter(finest[[0, -1]], source, target, self.side)

    def __len__(self) -> int:
        return len(self.alphas)

    def __getitem__(self, index: int) -> Image.Image:  # type: ignore[override]
        alpha = float(self.alphas[index])
        width = self.side * len(self.paths) + GAP * (len(self.paths) - 1)
        frame = Image.new("RGB", (width, 2 * self.side + GAP), (255, 255, 255))
        for column, (steps, shown) in enumerate(self.paths.items()):
            at = min(steps, int(alpha * steps + 1e-9))
            for row, (states, title) in enumerate(zip(shown, ("by chance", "deterministic"), strict=True)):
                picture = self.draw(states[at]).convert("RGB").resize((self.side, self.side), Image.Resampling.NEAREST)
                ImageDraw.Draw(picture).text((4, 2), f"{title}, T = {steps}", INK, font(max(9, self.side // 22)))
                frame.paste(picture, (column * (self.side + GAP), row * (self.side + GAP)))
        return with_alpha(frame, alpha)
