"""The history of a training: when something is recorded, and what."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Record(NamedTuple):
    """What is known after `step` optimiser steps.

    loss: the sum loss per coordinate, (D − (x₁ − x₀))² averaged over the steps since the previous record.
    seconds: since the first step began.
    """

    step: int
    loss: float
    seconds: float


def record_steps(every: int, epoch: int | None) -> Iterator[int]:
    """Ascending steps at which to record: every `every` steps, and at the end of each epoch of `epoch` steps."""
    step = 0
    while True:
        ends = [(step // every + 1) * every]
        if epoch:
            ends.append((step // epoch + 1) * epoch)
        step = min(ends)
        yield step


def final_loss(records: Sequence[Record]) -> float:
    """The mean loss over the last sixteenth of the training, or over its last record if that is longer."""
    begins = [0, *(record.step for record in records[:-1])]
    last = [
        (record.loss, record.step - begin)
        for record, begin in zip(records, begins, strict=True)
        if begin >= records[-1].step * 15 // 16 or record is records[-1]
    ]
    return sum(loss * steps for loss, steps in last) / sum(steps for _, steps in last)
