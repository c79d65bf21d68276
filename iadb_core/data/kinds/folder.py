"""A folder of images."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from iadb_core.data.formats import SUFFIXES
from iadb_core.data.images import Images, Step, scaling_setting, size_setting
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    import numpy as np


class Folder(Images):
    """A folder of images, read with its subfolders; the middle square of each is used."""

    kind = "folder"
    path: str = setting(REQUIRED, "The folder; no braces in its name.", changes=PLACE, pattern="^[^{}]+$")
    size: int = size_setting()
    channels: Literal[1, 3] = setting(1, "1 for gray or 3 for RGB.")
    scaling: list[Step] = scaling_setting()

    def channels_of_image(self) -> int:
        return self.channels

    def files(self) -> list[str]:
        """All images under the folder, in the order of their names."""
        found = (path for path in Path(self.path).rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        return [str(path) for path in sorted(found)]

    def made_of(self) -> dict[str, Any]:
        return {key: value for key, value in self.canonical(places=True).items() if key != "scaling"}

    def read(self, data_dir: "str | Path", seed: int) -> "tuple[np.ndarray, np.ndarray]":
        from iadb_core.data.folders import folder
        from iadb_core.data.holding_out import held_out_tenth

        return held_out_tenth(folder(self.path, self.files(), self.size, self.channels), seed)
