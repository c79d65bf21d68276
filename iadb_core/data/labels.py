"""The classes that a training is told, some of them dropped so that the same network also learns to do without."""

from collections.abc import Iterator
from itertools import count as counting

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.draws import Draws, index_blocks
from iadb_core.data.stores import on_device
from iadb_core.system.errors import InputError
from iadb_core.system.progress import log

ALL = slice(None)


class Labels:
    """Classes of stored samples, in the order in which a stream of them gives the samples.

    labels: (count,), int64. classes: how many there are; this number stands for a class that was dropped. drop: the
    share that is. batches, order, draws: as of the stream of samples. dropped_by: draws of what is dropped. Raises
    InputError for labels that are none of the classes.
    """

    def __init__(
        self,
        labels: np.ndarray,
        classes: int,
        drop: float,
        batches: tuple[int, int],
        order: str,
        draws: Draws,
        dropped_by: Draws,
    ) -> None:
        if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
            raise InputError(f"labels from {labels.min()} to {labels.max()} are not of {classes} classes")
        if absent := classes - len(np.unique(labels)):
            log.warning("%s of %s classes have no training sample: what they are cannot be learnt", absent, classes)
        self.labels = torch.from_numpy(np.array(labels, np.int64))
        self.classes, self.drop, self.batches, self.order = classes, drop, batches, order
        self.draws, self.dropped_by = draws, dropped_by

    def beside(self, x1: Iterator[Tensor], first: int = 0, rows: slice = ALL) -> Iterator[tuple[Tensor, Tensor]]:
        """As `Telling` says: classes, (batches, batch), int64."""
        return zip(x1, self.blocks(first, rows), strict=False)

    def blocks(self, first: int = 0, rows: slice = ALL) -> Iterator[Tensor]:
        """Blocks of classes, (batches, batch), int64, from the block of number `first` on; some rows of each batch."""
        indices = index_blocks(len(self.labels), self.batches, self.order, self.draws, first)
        for number, block in zip(counting(first), indices, strict=False):
            told = on_device(self.labels[block], self.dropped_by.device)
            lost = torch.rand(self.batches, generator=self.dropped_by(number), device=told.device) < self.drop
            yield told.masked_fill(lost, self.classes)[:, rows]
