"""What all densities of images share: their size, and the way from stored images to network values and back."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from iadb_core.data.density import Read, Scaling, Shape
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from iadb_core.method.laws import Finite

Step = Annotated[
    tuple[
        Annotated[float, Field(ge=-1000, le=1000, description="mean")],
        Annotated[float, Field(ge=0.000001, le=1000, description="std")],
    ],
    Field(strict=False),
]
SIZE = "Height of the images, in pixels, and their width too if that is not given; of a size that the network takes."
LEAST, MOST = 8, 1024  # pixels of a side
SCALING = "Steps (mean, std), each v ← (v − mean)/std, from pixel values in [0, 1] to network values."


def size_setting() -> int:
    """The field `size` of a density of images."""
    size: int = setting(REQUIRED, SIZE, ge=LEAST, le=MOST)
    return size


def width_setting() -> int | None:
    """The field `width` of a density of images."""
    width: int | None = setting(None, "Width of the images, where it is not their height.", ge=LEAST, le=MOST)
    return width


def scaling_setting() -> list[Step]:
    """The field `scaling` of a density of images."""
    scaling: list[Step] = setting([(0.5, 0.5)], SCALING, max_length=8)
    return scaling


class Images(Read):
    """Images, stored as uint8, (count, channels, height, width), of any height and width."""

    if TYPE_CHECKING:  # each kind has them where they stand best among its fields
        size: int
        width: int | None
        scaling: list[Step]

    def channels_of_image(self) -> int:
        """1 for gray, 3 for RGB."""
        raise NotImplementedError

    def shape(self) -> Shape:
        return (self.channels_of_image(), *self.height_and_width())

    def height_and_width(self) -> tuple[int, int]:
        """Of an image as the network sees it, in pixels."""
        return self.size, self.width or self.size

    def pixel_scaling(self) -> Scaling:
        return self.scaling

    def network_values(self, stored: "Tensor") -> "Tensor":
        from iadb_core.data.resizing import network_images

        return network_images(stored, self.height_and_width(), self.scaling)

    def true_values(self, values: "np.ndarray") -> "np.ndarray":
        from iadb_core.data.scaling import unscale

        return unscale(values, self.scaling)

    def law(self, stored: "np.ndarray | None" = None) -> "Finite | None":
        import numpy as np
        import torch

        from iadb_core.method.laws import Finite

        return None if stored is None else Finite(self.network_values(torch.from_numpy(np.array(stored))))
