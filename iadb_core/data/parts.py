"""The three parts that samples are split into, and the files of each."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
Other = TypeVar("Other")
PART_NAMES = TRAIN, VALIDATION, HELD_OUT = ("train", "validation", "held_out")


class Parts(NamedTuple, Generic[T]):
    """train: what is trained on. validation: what settings are chosen by. held_out: what figures are reported on."""

    train: T
    validation: T
    held_out: T

    def each(self, function: Callable[[T], Other]) -> "Parts[Other]":
        """The function of each part."""
        return Parts(*map(function, self))


class Labelled(NamedTuple):
    """Samples of a part as they are stored, (count, …), and their classes, (count,), int64, if they have any."""

    samples: "np.ndarray"
    labels: "np.ndarray | None" = None


def sample_files(folder: str | os.PathLike[str]) -> Parts[str]:
    """Where the samples of each part lie."""
    return Parts(*(str(Path(folder, f"{name}.npy")) for name in PART_NAMES))


def label_files(folder: str | os.PathLike[str]) -> Parts[str]:
    """Where the classes of each part's samples lie."""
    return Parts(*(str(Path(folder, f"{name}_labels.npy")) for name in PART_NAMES))


def parted(split: "Parts[np.ndarray]", samples: Any, labels: "np.ndarray | None" = None) -> Parts[Labelled]:
    """The samples of each part, and their classes. split: which samples, as `holding_out.split` says."""
    return split.each(lambda rows: Labelled(samples[rows], None if labels is None else labels[rows]))


def loaded(folder: str | os.PathLike[str]) -> Parts[Labelled]:
    """The samples of each part, and their classes, from the files of a folder, into memory."""
    import numpy as np

    from iadb_core.system.arrays import load_array

    def part(samples: str, labels: str) -> Labelled:
        return Labelled(np.array(load_array(samples)), np.array(load_array(labels)) if os.path.exists(labels) else None)

    return Parts(*map(part, sample_files(folder), label_files(folder)))
