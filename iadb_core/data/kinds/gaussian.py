"""Independent normal coordinates, of points or of images."""

from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from iadb_core.data.density import UNIT, Box, Drawn, Shape
from iadb_core.system.settings import setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from iadb_core.method.laws import Normal

DRAWN_AT_ONCE = 1024  # of samples that are skipped
BEHIND = 256  # pixels a side


class Gaussian(Drawn):
    """Independent normal coordinates, in the shape of the other side or as many as are given."""

    kind = "gaussian"
    mean: float = setting(0.0, "Mean of every coordinate.", ge=-1000, le=1000)
    std: float = setting(1.0, "Standard deviation.", gt=0, le=1000)
    dimensions: int | None = setting(
        None,
        "How many coordinates its points have; by default the shape of the other side, of two Gaussians 2.",
        ge=2,
        le=10_000,
        neutral=True,
    )
    finite: bool = setting(
        False,
        "Whether training sees samples.points points again and again, not new ones without end. Only with "
        "`dimensions`.",
        neutral=True,
    )

    @model_validator(mode="after")
    def _of_points(self) -> Self:
        if self.finite and not self.dimensions:
            raise ValueError("finite: give `dimensions` as well; only points are drawn once for all")
        return self

    @property
    def fresh(self) -> bool:
        return not self.finite

    @property
    def known(self) -> bool:
        return True

    def shape(self) -> Shape | None:
        return (self.dimensions,) if self.dimensions else None

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        import numpy as np

        for first in range(0, skipped, DRAWN_AT_ONCE):
            generator.standard_normal((min(DRAWN_AT_ONCE, skipped - first), *shape), dtype=np.float32)
        noise = generator.standard_normal((count, *shape), dtype=np.float32)
        return noise * np.float32(self.std) + np.float32(self.mean)

    def draw_blocks(self, size: Shape, generator: "Generator") -> "Tensor":
        import torch

        noise = torch.randn(*size, generator=generator, device=generator.device)
        return noise if (self.mean, self.std) == (0, 1) else noise.mul_(self.std).add_(self.mean)

    def behind(self, box: Box = UNIT, axes: "np.ndarray | None" = None) -> "np.ndarray":
        import numpy as np

        at = (np.arange(BEHIND) + 0.5) / BEHIND * box.width
        centre = np.full(2, self.mean) if axes is None else self.mean * axes.sum(axis=0)
        first, second = (
            np.exp(-0.5 * ((low + at - mean) / max(self.std, 1e-6)) ** 2)
            for low, mean in zip(box.low, centre, strict=True)
        )
        picture = np.outer(second[::-1], first) if box.upward else np.outer(first, second)
        return picture / max(picture.max(), np.finfo(float).tiny)

    def law(self, stored: "np.ndarray | None" = None) -> "Normal":
        from iadb_core.method.laws import Normal

        return Normal(self.mean, self.std)
