"""Samples that a program has in memory: no file of the configuration, but what a model file describes."""

from typing import TYPE_CHECKING, Any

from iadb_core.data.density import Read, Shape
from iadb_core.data.images import Images, Step, scaling_setting, size_setting, width_setting
from iadb_core.system.errors import InputError
from iadb_core.system.settings import REQUIRED, setting

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from iadb_core.data.parts import Labelled, Parts
    from iadb_core.method.laws import Finite

GONE = "its samples were in the memory of the program that trained on them: give `starts`"


class GivenPoints(Read):
    """Points of any dimension."""

    kind = "given_points"
    dimension: int = setting(REQUIRED, "Coordinates of a point.", ge=1, le=4096)

    def shape(self) -> Shape:
        return (self.dimension,)

    def read(self, data_dir: "str | Path", seed: int) -> "Parts[Labelled]":
        raise InputError(GONE)

    def law(self, stored: "np.ndarray | None" = None) -> "Finite | None":
        import torch

        from iadb_core.method.laws import Finite

        return None if stored is None else Finite(torch.from_numpy(stored))


class GivenImages(Images):
    """Images of one size."""

    kind = "given_images"
    size: int = size_setting()
    width: int | None = width_setting()
    channels: int = setting(REQUIRED, "1 for gray or 3 for RGB.", ge=1, le=3)
    scaling: list[Step] = scaling_setting()

    def channels_of_image(self) -> int:
        return self.channels

    def made_of(self) -> dict[str, Any]:
        return {key: value for key, value in self.canonical().items() if key != "scaling"}

    def read(self, data_dir: "str | Path", seed: int) -> "Parts[Labelled]":
        raise InputError(GONE)
