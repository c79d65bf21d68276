"""A folder of images."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from iadb_core.data.images import Images, Step, scaling_setting, size_setting
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    import numpy as np

    from iadb_core.data.folders import FolderImages

BACKGROUNDS = {"black": 0, "gray": 128, "white": 255}


class Folder(Images):
    """A folder of images, read with its subfolders; the middle square of each is used."""

    kind = "folder"
    path: str = setting(REQUIRED, "The folder; ~ is the home folder.", changes=PLACE, min_length=1)
    size: int = size_setting()
    channels: Literal[1, 3] = setting(1, "1 for gray or 3 for RGB.")
    background: Literal["black", "gray", "white"] = setting("black", "Under transparent pixels.", neutral=True)
    max_pixels: int = setting(
        2**27, "Of one image: the more, the more memory its decoding takes.", neutral=True, ge=2**16, le=2**31
    )
    scaling: list[Step] = scaling_setting()

    def channels_of_image(self) -> int:
        return self.channels

    def folders(self) -> list[str]:
        return [str(Path(self.path).expanduser())]

    def made_of(self) -> dict[str, Any]:
        return {key: value for key, value in self.canonical(places=True).items() if key != "scaling"}

    def read(self, data_dir: "str | Path", seed: int) -> "tuple[np.ndarray, np.ndarray]":
        import numpy as np

        images = self._images()
        train, held_out = (np.empty((len(chosen), *self.shape()), np.uint8) for chosen in images.split(seed))
        images.fill(train, held_out, seed, threads=1)
        return train, held_out

    def store(self, train: str, held_out: str, data_dir: "str | Path", seed: int, threads: int) -> None:
        from iadb_core.system.arrays import array_on_disk

        images = self._images()
        shapes = [(len(chosen), *self.shape()) for chosen in images.split(seed)]
        with array_on_disk(train, shapes[0], "uint8") as first, array_on_disk(held_out, shapes[1], "uint8") as other:
            images.fill(first, other, seed, threads)

    def _images(self) -> "FolderImages":
        from iadb_core.data.folders import FolderImages, Wanted

        (path,) = self.folders()
        return FolderImages(path, Wanted(self.size, self.channels, BACKGROUNDS[self.background], self.max_pixels))
