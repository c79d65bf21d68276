"""Independent normal coordinates, of points or of images."""

from typing import TYPE_CHECKING

from iadb_core.data.density import UNIT, Box, Drawn, Shape
from iadb_core.system.settings import setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor

    from iadb_core.method.laws import Normal

DRAWN_AT_ONCE = 1024  # of samples that are skipped
BEHIND = 256  # pixels a side


class Gaussian(Drawn):
    """Independent normal coordinates, in the shape of the other side."""

    kind = "gaussian"
    mean: float = setting(0.0, "Mean of every coordinate.", ge=-1000, le=1000)
    std: float = setting(1.0, "Standard deviation.", gt=0, le=1000)

    @property
    def fresh(self) -> bool:
        return True

    @property
    def known(self) -> bool:
        return True

    def shape(self) -> None:
        return None

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
        first, second = (np.exp(-0.5 * ((low + at - self.mean) / max(self.std, 1e-6)) ** 2) for low in box.low)
        picture = np.outer(second[::-1], first) if box.upward else np.outer(first, second)
        return picture / max(picture.max(), np.finfo(float).tiny)

    def law(self, stored: "np.ndarray | None" = None) -> "Normal":
        from iadb_core.method.laws import Normal

        return Normal(self.mean, self.std)
