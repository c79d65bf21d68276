"""Degradations that lose detail."""

from math import ceil
from typing import TYPE_CHECKING, Literal

from iadb_core.data.degradation import Degradation, noise_setting
from iadb_core.data.density import Shape
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    from torch import Tensor

REACH = 3  # standard deviations of a Gaussian that are summed over


class Downsampling(Degradation):
    """Squares of pixels become one, their mean: super-resolution finds them again."""

    kind = "downsampling"
    factor: Literal[2, 4, 8] = setting(REQUIRED, "Pixels of a side of the squares.")
    noise: float = noise_setting()

    def misfit(self, shape: Shape) -> str | None:
        if shape[1] % self.factor or shape[2] % self.factor:
            return f"images of {shape[1]}×{shape[2]} pixels cannot be divided into squares of {self.factor}"
        return None

    def applied(self, x: "Tensor", masks: "Tensor | None") -> "Tensor":
        from torch.nn.functional import avg_pool2d

        return avg_pool2d(x, self.factor)

    def enlarged(self, y: "Tensor", shape: Shape) -> "Tensor":
        from torch.nn.functional import interpolate

        return interpolate(y, scale_factor=float(self.factor))


class Blur(Degradation):
    """A Gaussian blur; at the edges the image is mirrored."""

    kind = "blur"
    std: float = setting(REQUIRED, "Standard deviation of the blur, in pixels.", gt=0, le=100)
    noise: float = noise_setting()

    @property
    def reach(self) -> int:
        """How far the blur is summed over, in pixels."""
        return ceil(REACH * self.std)

    def misfit(self, shape: Shape) -> str | None:
        if self.reach >= min(shape[1:]):
            return f"a blur of {self.std:g} reaches over {self.reach} pixels, further than images of {min(shape[1:])}"
        return None

    def applied(self, x: "Tensor", masks: "Tensor | None") -> "Tensor":
        rows, columns = (self._along(size, x) for size in x.shape[2:])
        return rows @ x @ columns.mT

    def _along(self, size: int, x: "Tensor") -> "Tensor":
        """The blur of a line of so many pixels, (size, size), where x is.

        As a matrix: the gradient of a mirroring convolution would add up in any order on a GPU.
        """
        import torch
        from torch.nn.functional import conv1d, pad

        places = torch.arange(-self.reach, self.reach + 1, device=x.device)
        line = torch.exp(-0.5 * (places / self.std) ** 2).to(x.dtype)
        pixels = torch.eye(size, dtype=x.dtype, device=x.device)[:, None]
        mirrored = pad(pixels, (self.reach, self.reach), mode="reflect")
        return conv1d(mirrored, (line / line.sum())[None, None])[:, 0].mT
