"""What a degradation of images is, of whatever kind: one module of `degradations/` each, or a class of one.

A kind is a section of settings that Snakemake knows without torch; what needs torch imports it when it is called.
"""

from typing import TYPE_CHECKING, ClassVar

from iadb_core.data.density import Shape
from iadb_core.system.settings import Section, setting

if TYPE_CHECKING:
    from torch import Generator, Tensor


def noise_setting() -> float:
    """The field `noise` of a degradation."""
    noise: float = setting(
        0.0, "Standard deviation of the noise that is added to what is seen, of pixel values in [0, 1].", ge=0, le=10
    )
    return noise


class Degradation(Section):
    """A linear way to lose a part of an image x, and noise: y = A·x + noise.

    kind: its name in the configuration. Images are network values, (count, channels, height, width); A commutes with
    the scaling from pixel values, but for the noise, whose standard deviation is told in pixel values.
    """

    kind: ClassVar[str]
    if TYPE_CHECKING:
        noise: float

    def misfit(self, shape: Shape) -> str | None:
        """Why it cannot degrade images of a shape, with the remedy; None if it can."""
        return None

    def channels(self, shape: Shape) -> int:
        """How many channels of an image's size a network sees of a degraded image."""
        return shape[0]

    def masks(self, count: int, shape: Shape, generator: "Generator") -> "Tensor | None":
        """Which pixels of each image are seen, (count, 1, height, width), 0 or 1; None where all are."""
        return None

    def applied(self, x: "Tensor", masks: "Tensor | None") -> "Tensor":
        """A·x, in the size that is measured."""
        return x

    def enlarged(self, y: "Tensor", shape: Shape) -> "Tensor":
        """A degraded image in the size of a whole one, to be shown and seen."""
        return y
