"""What a source or a target is, of whatever kind: one module of `kinds/` each, and a line in `registry.py`.

A kind is a section of settings that knows what Snakemake asks without NumPy and torch: its shape, the files it is made
from, what of its settings changes its samples. What needs them is imported when it is called.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from iadb_core.system.settings import Section

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from torch import Generator, Tensor

    from iadb_core.data.parts import Labelled, Parts
    from iadb_core.method.laws import Law

Shape = tuple[int, ...]  # of a sample as the network sees it: (coordinates,) or (channels, height, width)
Scaling = Sequence[tuple[float, float]]  # steps (mean, std), v ← (v − mean)/std, one after the other


class Box(NamedTuple):
    """A square part of the plane. low: its least coordinates. upward: whether they are (x, y), y upward; else they are
    (row, column).
    """

    low: tuple[float, float]
    width: float
    upward: bool


UNIT = Box((0.0, 0.0), 1.0, False)  # what a picture is a density on


class Density(Section):
    """A source or a target: samples of points, or of images.

    kind: its name in the configuration. rows_and_columns: whether a point of it is (row, column) of the unit square, as
    in the tutorial, not (x, y) with y upward.
    """

    kind: ClassVar[str]
    rows_and_columns: ClassVar[bool] = False

    def described(self, places: bool = False) -> dict[str, dict[str, Any]]:
        """Its canonical settings by its kind, as `registry.density_of` takes them."""
        return {self.kind: self.canonical(places)}

    def shape(self) -> Shape | None:
        """Of a sample as the network sees it; None for a density that takes the other side's."""
        raise NotImplementedError

    def of_images(self) -> bool:
        """Whether it is one of images by itself; what takes the other side's shape is none."""
        return len(self.shape() or ()) > 1

    @property
    def fresh(self) -> bool:
        """Whether training draws it anew without end, so that it has no training samples in a file."""
        return False

    def class_names(self) -> list[str] | None:
        """The classes that its samples have, in the order of their numbers; None for samples without labels."""
        return None

    def found(self) -> dict[str, Any]:
        """What of its settings is found in its files. Raises InputError if they cannot be read."""
        return {}

    def with_found(self, found: Mapping[str, Any]) -> Self:
        """The density with what was found."""
        return self

    def files(self) -> list[str]:
        """The files that its samples are made from."""
        return []

    def folders(self) -> list[str]:
        """The folders whose files its samples are made from."""
        return []

    def files_behind(self) -> list[str]:
        """Those of them that `behind` and `law` read."""
        return []

    def located(self, files: Sequence[str]) -> Self:
        """The density with its files there: its canonical form does not say where they are."""
        return self

    def made_of(self) -> dict[str, Any]:
        """What of its settings changes its stored samples."""
        return self.canonical()

    def labelled_as(self, seed: int) -> str | None:
        """The name of the labelled data that it is, for the classifier that sees it; seed: of the held-out samples."""
        return None

    def coordinates(self) -> list[str] | None:
        """The names of a point's coordinates, if they have any."""
        return None

    def split_seed(self, seed: int) -> int:
        """The seed by which held-out samples were chosen; 0 where the data says which they are."""
        return seed

    def pixel_scaling(self) -> Scaling:
        """The steps from pixel values to network values; none for what is no image."""
        return ()

    def network_values(self, stored: "Tensor") -> "Tensor":
        """Stored samples, (count, …), as the network sees them: (count, *shape), float32."""
        import torch

        return stored.to(torch.float32)

    def true_values(self, values: "np.ndarray") -> "np.ndarray":
        """Network values as they are shown and measured: images as pixel values in [0, 1], points as they are."""
        return values

    def units(self, shape: Shape) -> "np.ndarray":
        """How much of true values one of network values is, for each of a sample's values, (values,), float64."""
        from math import prod

        import numpy as np

        return np.full(prod(shape), prod(std for _, std in self.pixel_scaling()), dtype=np.float64)

    def behind(self, box: Box = UNIT, axes: "np.ndarray | None" = None) -> "np.ndarray | None":
        """How it looks behind points of that part of the plane: (height, width), at most 1; None for nothing.

        axes: (coordinates, 2), that lead from its points to the plane, if it has not two coordinates.
        """
        return None

    def kept(self) -> "Tensor | None":
        """What a model file keeps of its files, so that it can be drawn and shown without them."""
        return None

    def restored(self, kept: "Tensor") -> "Density":
        """The density with what a model file kept of its files in their place. Raises ValueError if it does not fit."""
        raise ValueError(f"nothing is kept of a {self.kind}")

    def law(self, stored: "np.ndarray | None" = None) -> "Law | None":
        """What is exactly known of it, if anything. stored: its training samples, if it has any."""
        return None

    @property
    def known(self) -> bool:
        """Whether its law is a density, which can be told of any sample."""
        return False

    def laws_of_classes(self, stored: "np.ndarray", labels: "np.ndarray", classes: int) -> "list[Law | None]":
        """What is exactly known of each of so many classes. stored: training samples; labels: of each, (count,)."""
        return [self.law(stored[labels == number]) for number in range(classes)]


class Drawn(Density):
    """A density that is drawn from, as many samples as are asked for."""

    def draw(self, shape: Shape, count: int, generator: "np.random.Generator", skipped: int = 0) -> "np.ndarray":
        """`count` samples, (count, *shape), float32; the first ones are the same for every count.

        skipped: how many are drawn before these and not returned.
        """
        raise NotImplementedError

    def draw_labelled(self, shape: Shape, count: int, generator: "np.random.Generator") -> "Labelled":
        """The same samples as `draw` gives, with their classes if it has any."""
        from iadb_core.data.parts import Labelled

        return Labelled(self.draw(shape, count, generator))

    def draw_blocks(self, size: Shape, generator: "Generator") -> "Tensor":
        """Samples on the generator's device, of this size, float32: for a density that is `fresh`."""
        raise NotImplementedError


class Read(Density):
    """A density whose samples are read, and split into what is trained on, chosen by, and held out."""

    def read(self, data_dir: "str | Path", seed: int) -> "Parts[Labelled]":
        """The samples of each part, as they are stored, with their classes if they have any.

        data_dir: of data sets that are downloaded. seed: of the split.
        """
        raise NotImplementedError

    def store(self, folder: "str | Path", data_dir: "str | Path", seed: int, threads: int) -> None:
        """Write the samples of each part, and their classes, to the files of `parts` in a folder that exists.

        threads: that may read. The rest as `read` takes it.
        """
        from iadb_core.data.holding_out import warn_of_shared
        from iadb_core.data.parts import label_files, sample_files
        from iadb_core.system.arrays import save_array

        parts = self.read(data_dir, seed)
        for part, path, labels in zip(parts, sample_files(folder), label_files(folder), strict=True):
            save_array(path, part.samples)
            if part.labels is not None:
                save_array(labels, part.labels)
        warn_of_shared(parts)


def kept_of(source: Density, target: Density) -> "dict[str, Tensor]":
    """What a model file keeps of both, by side."""
    kept = {"source": source.kept(), "target": target.kept()}
    return {side: tensor for side, tensor in kept.items() if tensor is not None}
