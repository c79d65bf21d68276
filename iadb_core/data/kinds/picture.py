"""A grayscale picture as a density of the plane."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from iadb_core.data.density import Drawn, Shape
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    import numpy as np

    from iadb_core.method.laws import Pixels


class Picture(Drawn):
    """A grayscale picture as a 2D density; white is dense, colours count by their first channel."""

    kind = "picture"
    path: str = setting(
        REQUIRED,
        "PNG, JPEG, GIF, BMP, TIFF, WEBP or PGM file; no braces in its name.",
        changes=PLACE,
        pattern="^[^{}]+$",
    )

    def shape(self) -> Shape:
        return (2,)

    def files(self) -> list[str]:
        return [self.path]

    def files_behind(self) -> list[str]:
        return self.files()

    def located(self, files: Sequence[str]) -> Self:
        return self.model_copy(update={"path": files[0]})

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        from iadb_core.data.grayscale import read_density
        from iadb_core.data.rejection import sample_density

        return sample_density(read_density(self.path), skipped + count, generator)[skipped:]

    def behind(self) -> "np.ndarray":
        from iadb_core.data.grayscale import read_density

        return read_density(self.path)

    def law(self, stored: "np.ndarray | None" = None) -> "Pixels":
        from iadb_core.method.laws import Pixels

        return Pixels(self.behind())
