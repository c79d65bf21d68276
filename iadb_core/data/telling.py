"""What a training is told of each sample of its target, in the order in which the samples are drawn."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.degradation import Degradation
from iadb_core.data.degrading import DegradedImages, Degrading
from iadb_core.data.density import Density
from iadb_core.data.draws import Draws
from iadb_core.data.labels import Labels
from iadb_core.system.constants import constant

ALL = slice(None)


class Telling(Protocol):
    """A condition for each sample of a stream."""

    def beside(self, x1: Iterator[Tensor], first: int = 0, rows: slice = ALL) -> Iterator[tuple[Tensor, Tensor]]:
        """The stream's blocks from number `first` on, each with its condition, (batches, batch, …).

        x1: the blocks, of those rows of each batch.
        """
        ...


class Drawing(NamedTuple):
    """How a training draws its target's samples. batches: of a block, (batches, batch). The rest: as `pairs_of`."""

    target: Density
    batches: tuple[int, int]
    order: str
    seed: int
    device: torch.device


class Told(Protocol):
    """What a training is told, before it is known how it draws."""

    def telling(self, drawing: Drawing) -> Telling:
        """It in the order in which samples are drawn."""
        ...


class ToldClasses(NamedTuple):
    """Classes. labels: of the target's stored samples. drop: the share that is not told."""

    labels: np.ndarray
    classes: int
    drop: float

    def telling(self, drawing: Drawing) -> Labels:
        """As `Told` says."""
        of_x1 = Draws(drawing.seed, "training order x1", torch.device("cpu"))
        dropped_by = Draws(drawing.seed, "training dropped classes", drawing.device)
        return Labels(*self, drawing.batches, drawing.order, of_x1, dropped_by)


class ToldCoordinates(NamedTuple):
    """Some coordinates of each point. columns: their numbers."""

    columns: tuple[int, ...]

    def telling(self, drawing: Drawing) -> "ToldCoordinates":
        """As `Told` says."""
        return self

    def beside(self, x1: Iterator[Tensor], first: int = 0, rows: slice = ALL) -> Iterator[tuple[Tensor, Tensor]]:
        """As `Telling` says: (batches, batch, columns)."""
        return ((block, coordinates_of(block, self.columns)) for block in x1)


def coordinates_of(points: Tensor, columns: tuple[int, ...]) -> Tensor:
    """Some coordinates of points, (…, coordinates): (…, columns)."""
    return points.index_select(-1, constant(columns, torch.int64, points.device))


class ToldDegraded(NamedTuple):
    """Each image, degraded."""

    degradation: Degradation

    def telling(self, drawing: Drawing) -> DegradedImages:
        """As `Told` says."""
        degrading = Degrading.of(self.degradation, drawing.target)
        draws = Draws(drawing.seed, "training degradations", drawing.device)
        return DegradedImages(degrading, drawing.batches[1], draws)
