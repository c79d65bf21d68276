"""A folder of images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from iadb_core.data.images import Images, Step, scaling_setting, size_setting, width_setting
from iadb_core.system.provenance import settings_digest
from iadb_core.system.settings import PLACE, REQUIRED, setting

if TYPE_CHECKING:
    from iadb_core.data.folders import FolderImages
    from iadb_core.data.parts import Labelled, Parts

BACKGROUNDS = {"black": 0, "gray": 128, "white": 255}


class Folder(Images):
    """A folder of images, read with its subfolders; of each the middle is used."""

    kind = "folder"
    path: str = setting(REQUIRED, "The folder; ~ is the home folder.", changes=PLACE, min_length=1)
    size: int = size_setting()
    width: int | None = width_setting()
    channels: Literal[1, 3] = setting(1, "1 for gray or 3 for RGB.")
    background: Literal["black", "gray", "white"] = setting("black", "Under transparent pixels.", neutral=True)
    max_pixels: int = setting(
        2**27, "Of one image: the more, the more memory its decoding takes.", neutral=True, ge=2**16, le=2**31
    )
    labels: Literal["subfolders", "none"] = setting(
        "subfolders",
        "What the classes are: the subfolders, if there are several and no images beside them; or none.",
        changes=PLACE,
    )
    partner: str | None = setting(
        None,
        "Another folder, whose files of the same names belong to those of this one: only these are read. "
        "`training.coupling: {pairs: by_name}` gives it by itself.",
        changes=PLACE,
        min_length=1,
    )
    scaling: list[Step] = scaling_setting()
    classes: list[str] = setting([], "Not to be given: they are found in the folder.", changes=PLACE)

    def channels_of_image(self) -> int:
        return self.channels

    def class_names(self) -> list[str] | None:
        return self.classes or None

    def found(self) -> dict[str, Any]:
        from iadb_core.data.listing import classes_in

        def is_image(path: str) -> bool:
            from iadb_core.data import opening

            return opening.is_image(path)

        return {"classes": classes_in(self.folders()[0], is_image) if self.labels == "subfolders" else []}

    def with_found(self, found: Mapping[str, Any]) -> Self:
        return self.model_copy(update={"classes": list(found["classes"])})

    def folders(self) -> list[str]:
        return [str(Path(path).expanduser()) for path in (self.path, self.partner) if path]

    def made_of(self) -> dict[str, Any]:
        return {key: value for key, value in self.canonical(places=True).items() if key != "scaling"}

    def labelled_as(self, seed: int) -> str | None:
        if not self.classes:
            return None
        name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in Path(self.path).name)
        return f"folder-{name[:40]}-{settings_digest([self.made_of(), seed])[:8]}"

    def read(self, data_dir: "str | Path", seed: int) -> "Parts[Labelled]":
        from tempfile import TemporaryDirectory

        from iadb_core.data.parts import loaded

        with TemporaryDirectory() as folder:
            self.store(folder, data_dir, seed, threads=1)
            return loaded(folder)

    def store(self, folder: "str | Path", data_dir: "str | Path", seed: int, threads: int) -> None:
        self._images().store(folder, seed, threads)

    def _images(self) -> "FolderImages":
        from iadb_core.data.folders import FolderImages
        from iadb_core.data.image_files import Wanted

        path, *partner = self.folders()
        wanted = Wanted(*self.height_and_width(), self.channels, BACKGROUNDS[self.background], self.max_pixels)
        return FolderImages(path, wanted, self.classes, *partner)
