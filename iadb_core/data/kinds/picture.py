"""A picture as a density of the plane, or as one for each of its colours."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Self

from pydantic import PrivateAttr

from iadb_core.data.density import UNIT, Box, Drawn, Shape
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from iadb_core.data.parts import Labelled
    from iadb_core.method.laws import Law, Pixels

CLASSES = ["red", "green", "blue"]


class Picture(Drawn):
    """A picture as a 2D density; white is dense. Colours count by their first channel, or are a class each."""

    kind = "picture"
    rows_and_columns = True
    path: str = setting(
        REQUIRED,
        "PNG, JPEG, GIF, BMP, TIFF, WEBP or PGM file; no braces in its name; ~ is the home folder.",
        changes=PLACE,
        pattern="^[^{}]+$",
    )
    labels: Literal["none", "colours"] = setting(
        "none",
        "colours: the red, the green and the blue of the picture are a density each, and the class of a point; their "
        "sum is the density of all points.",
        neutral=True,
    )

    def shape(self) -> Shape:
        return (2,)

    @property
    def known(self) -> bool:
        return True

    def class_names(self) -> list[str] | None:
        return CLASSES if self.labels == "colours" else None

    def files(self) -> list[str]:
        return [os.path.expanduser(self.path)]

    def files_behind(self) -> list[str]:
        return self.files()

    def located(self, files: Sequence[str]) -> Self:
        return self.model_copy(update={"path": files[0]}) if files else self

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        from iadb_core.data.rejection import sample_density

        return sample_density(self.behind(), skipped + count, generator)[skipped:]

    def draw_labelled(self, shape: Shape, count: int, generator: "np.random.Generator") -> "Labelled":
        from iadb_core.data.parts import Labelled
        from iadb_core.data.rejection import colours_at

        of_colours = generator.spawn(1)[0]
        points = self.draw(shape, count, generator)
        return Labelled(points, colours_at(points, self.values(), of_colours) if self.class_names() else None)

    def values(self) -> "np.ndarray":
        """As they stand in its file: (height, width), float64, or (3, height, width) if colours are classes."""
        from iadb_core.data.grayscale import read_colours, read_values

        return (read_colours if self.class_names() else read_values)(os.path.expanduser(self.path))

    def behind(self, box: Box = UNIT, axes: "np.ndarray | None" = None) -> "np.ndarray":
        values = self.values()
        together: np.ndarray = values.sum(axis=0) if self.class_names() else values
        return together / together.max()

    def kept(self) -> "Tensor":
        """Its values, as bytes where they are."""
        import torch

        values = self.values()
        in_bytes = values.astype("uint8")
        return torch.from_numpy(in_bytes if (in_bytes == values).all() else values)

    def restored(self, kept: "Tensor") -> "KeptPicture":
        fits = kept.ndim == (3 if self.class_names() else 2) and kept.numel()
        if not fits or not (kept.min() >= 0 and 0 < kept.max() < float("inf")):
            raise ValueError("what is kept of a picture is no picture")
        picture = KeptPicture.model_construct(**self.__dict__)
        picture._values = kept.double().numpy()
        return picture

    def law(self, stored: "np.ndarray | None" = None) -> "Pixels":
        from iadb_core.method.laws import Pixels

        return Pixels(self.behind())

    def laws_of_classes(self, stored: "np.ndarray", labels: "np.ndarray", classes: int) -> "list[Law | None]":
        from iadb_core.method.laws import Pixels

        return [Pixels(channel / channel.max()) for channel in self.values()]


class KeptPicture(Picture):
    """A picture whose values a model file has kept; where its file is, is unknown."""

    _values: "np.ndarray" = PrivateAttr()

    def values(self) -> "np.ndarray":
        return self._values
