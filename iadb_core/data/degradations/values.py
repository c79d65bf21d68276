"""Degradations that change the values of pixels, each by itself."""

from typing import TYPE_CHECKING

from iadb_core.data.degradation import Degradation, noise_setting
from iadb_core.data.density import Shape
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    from torch import Tensor

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in gray: ITU-R BT.601


class Noise(Degradation):
    """Gaussian noise is added to every pixel, and nothing else is lost."""

    kind = "noise"
    noise: float = setting(REQUIRED, "Its standard deviation, of pixel values in [0, 1].", gt=0, le=10)


class Gray(Degradation):
    """The colours are lost."""

    kind = "gray"
    noise: float = noise_setting()

    def misfit(self, shape: Shape) -> str | None:
        return None if shape[0] == len(LUMA) else "the images are gray already: give the target `channels: 3`"

    def channels(self, shape: Shape) -> int:
        return 1

    def applied(self, x: "Tensor", masks: "Tensor | None") -> "Tensor":
        from iadb_core.system.constants import constant

        weights = constant(LUMA, x.dtype, x.device)[:, None, None]
        return (x * weights).sum(dim=1, keepdim=True)

    def enlarged(self, y: "Tensor", shape: Shape) -> "Tensor":
        return y.expand(-1, shape[0], -1, -1)
