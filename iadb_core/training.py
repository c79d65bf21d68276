"""The training loop, as a generator: what to show, write and keep stays with the caller."""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor

from iadb_core.blending import blend, deblending_loss
from iadb_core.files import InputError
from iadb_core.networks import MLP, UNet, laid_out
from iadb_core.streams import steps_per_epoch


class Record(NamedTuple):
    """What is known after `step` optimiser steps.

    loss: the sum loss per coordinate, (D − (x₁ − x₀))² averaged over the steps since the previous record.
    seconds: since the first step began.
    """

    step: int
    loss: float
    seconds: float


def train(
    network: MLP | UNet,
    batches: Iterator[tuple[Tensor, Tensor, Tensor]],
    steps: int,
    learning_rate: float,
    precision: torch.dtype,
    record_at: Iterator[int],
) -> Iterator[Record]:
    """Train `network` in place with Adam (default betas) on the deblending loss; yield a record now and then.

    batches: (x0, x1, alpha) on the network's device: (batch, *shape) twice and (batch,). precision: of the network's
    products; weights, blending and loss stay float32. record_at: ascending steps after which to yield; the last step
    always yields. Source: Heitz et al. 2023, algorithm 3.
    Raises InputError if the loss stops being finite.
    """
    laid_out(network.train())
    parameters = list(network.parameters())
    device = parameters[0].device
    optimizer = torch.optim.Adam(parameters, lr=learning_rate, fused=True)
    wide = torch.float32 if device.type == "mps" else torch.float64  # MPS has no float64
    total, recorded, due = torch.zeros((), dtype=wide, device=device), 0, next(record_at, steps)
    began = time.monotonic()
    for step, (x0, x1, alpha) in enumerate(islice(batches, steps), start=1):
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            prediction = network(blend(x0, x1, alpha), alpha)
        loss = deblending_loss(prediction.float(), x0, x1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
        if step in (due, steps):
            mean = total.item() / ((step - recorded) * x0.numel())
            yield Record(step, finite(mean, step), time.monotonic() - began)
            total.zero_()
            recorded, due = step, next(record_at, steps)


def finite(loss: float, step: int) -> float:
    """The loss, if it is a finite number. Raises InputError if it is not."""
    if not abs(loss) < float("inf"):
        raise InputError(
            f"the loss became {loss} by step {step:,}: lower training.learning_rate, or set `precision: float32`"
        )
    return loss


def record_steps(every: int, epoch: int | None) -> Iterator[int]:
    """Ascending steps at which to record: every `every` steps, and at the end of each epoch of `epoch` steps."""
    step = 0
    while True:
        ends = [(step // every + 1) * every]
        if epoch:
            ends.append((step // epoch + 1) * epoch)
        step = min(ends)
        yield step


def training_length(settings: Mapping[str, Any], count: int) -> tuple[int, int | None]:
    """The number of optimiser steps, and of steps in an epoch if the settings count in epochs.

    settings: `steps`, or `epochs`, and `batch_size`. count: the number of samples in an epoch.
    Raises InputError if an epoch has no whole batch.
    """
    if "steps" in settings:
        return settings["steps"], None
    epoch = steps_per_epoch(count, settings["batch_size"])
    return settings["epochs"] * epoch, epoch


def final_loss(records: Sequence[Record]) -> float:
    """The mean loss over the last sixteenth of the training, or over its last record if that is longer."""
    begins = [0, *(record.step for record in records[:-1])]
    last = [
        (record.loss, record.step - begin)
        for record, begin in zip(records, begins, strict=True)
        if begin >= records[-1].step * 15 // 16 or record is records[-1]
    ]
    return sum(loss * steps for loss, steps in last) / sum(steps for _, steps in last)
