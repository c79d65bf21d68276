"""A grayscale picture as a density of the plane."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from pydantic import PrivateAttr

from iadb_core.data.density import UNIT, Box, Drawn, Shape
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from iadb_core.method.laws import Pixels


class Picture(Drawn):
    """A grayscale picture as a 2D density; white is dense, colours count by their first channel."""

    kind = "picture"
    rows_and_columns = True
    path: str = setting(
        REQUIRED,
        "PNG, JPEG, GIF, BMP, TIFF, WEBP or PGM file; no braces in its name; ~ is the home folder.",
        changes=PLACE,
        pattern="^[^{}]+$",
    )

    def shape(self) -> Shape:
        return (2,)

    def files(self) -> list[str]:
        return [os.path.expanduser(self.path)]

    def files_behind(self) -> list[str]:
        return self.files()

    def located(self, files: Sequence[str]) -> Self:
        return self.model_copy(update={"path": files[0]}) if files else self

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        from iadb_core.data.rejection import sample_density

        return sample_density(self.behind(), skipped + count, generator)[skipped:]

    def values(self) -> "np.ndarray":
        """As they stand in its file, (height, width), float64."""
        from iadb_core.data.grayscale import read_values

        return read_values(os.path.expanduser(self.path))

    def behind(self, box: Box = UNIT) -> "np.ndarray":
        values = self.values()
        return values / values.max()

    def kept(self) -> "Tensor":
        """Its values, as bytes where they are."""
        import torch

        values = self.values()
        in_bytes = values.astype("uint8")
        return torch.from_numpy(in_bytes if (in_bytes == values).all() else values)

    def restored(self, kept: "Tensor") -> "KeptPicture":
        if kept.ndim != 2 or not kept.numel() or not (kept.min() >= 0 and 0 < kept.max() < float("inf")):
            raise ValueError("what is kept of a picture is no picture")
        picture = KeptPicture.model_construct(**self.__dict__)
        picture._values = kept.double().numpy()
        return picture

    def law(self, stored: "np.ndarray | None" = None) -> "Pixels":
        from iadb_core.method.laws import Pixels

        return Pixels(self.behind())


class KeptPicture(Picture):
    """A picture whose values a model file has kept; where its file is, is unknown."""

    _values: "np.ndarray" = PrivateAttr()

    def values(self) -> "np.ndarray":
        return self._values
