"""The training loop, as a generator: what to show, write and keep stays with the caller."""

import time
from collections.abc import Callable, Iterator, Sequence
from math import fsum
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.data.draws import steps_per_epoch
from iadb_core.method.batches import Block
from iadb_core.method.objective import Objective
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks.network import Network
from iadb_core.system.errors import InputError
from iadb_core.training.choosing import LeastLoss
from iadb_core.training.optimizer import averaging_weight, learning_rate
from iadb_core.training.processes import ALONE, Processes
from iadb_core.training.records import Record
from iadb_core.training.settings import Training
from iadb_core.training.stepper import Stepper


class State(NamedTuple):
    """Where a training stands between two blocks of batches, all that it needs to go on from there.

    steps, blocks: how many are done. seconds: that they took. tensors: on the CPU, those of `Stepper`. losses: sum
    losses of the steps since the last record. records: all so far.
    """

    steps: int
    blocks: int
    seconds: float
    tensors: list[Tensor]
    losses: list[float]
    records: list[Record]


class Running:
    """A training between its blocks: steps on a block, the records that are due, and the state to go on from.

    The arguments are those of `train`; coordinates: of a batch's samples, by which a loss is divided.
    """

    def __init__(
        self,
        stepper: Stepper,
        steps: int,
        settings: Training,
        record_at: Iterator[int],
        coordinates: int,
        ahead: int = 0,
    ) -> None:
        self.stepper, self.steps, self.record_at, self.coordinates = stepper, steps, record_at, coordinates
        self.ahead = ahead
        self.ema, self.schedule = settings.ema, (settings.learning_rate, settings.decay, settings.warmup)
        self.done = self.blocks = 0
        self.waiting: list[Tensor] = []  # losses that the device has still to compute
        self.losses: list[float] = []  # since the last record
        self.records: list[Record] = []
        self.due = next(record_at)
        self.block_steps = 0  # of a whole block
        self.began = time.monotonic()

    @property
    def nearly_done(self) -> bool:
        """Whether there is one block left, or a part of one: the last place from which a longer training goes on."""
        return 0 < self.steps - self.done <= self.block_steps

    @property
    def least(self) -> LeastLoss | None:
        """The best weights so far by validation samples, if it looks for them."""
        return self.stepper.least

    @property
    def recorded(self) -> int:
        """The step of the last record."""
        return self.records[-1].step if self.records else 0

    @property
    def seconds(self) -> float:
        """Since the first step began, without what lay between an interruption and its end."""
        return time.monotonic() - self.began

    def resume(self, state: State) -> None:
        """Go on from a state. Raises InputError if it is of another network, or optimiser, or of a longer training."""
        if state.steps > self.steps:
            raise InputError(f"the state to go on from is of step {state.steps:,} of {self.steps:,}: delete it")
        self.stepper.restore(state.tensors)
        self.done, self.blocks = state.steps, state.blocks
        self.losses, self.records = list(state.losses), list(state.records)
        self.began -= state.seconds
        while self.due <= self.recorded:
            self.due = next(self.record_at)

    def advance(self, drawn: Block) -> None:
        """A step on each batch of the block, of the last one only on those that are left to do."""
        self.block_steps = len(drawn)
        block = drawn.first(self.steps - self.done)
        coming = range(self.done, self.done + len(block))
        rates = [learning_rate(i, self.steps, *self.schedule) for i in coming]
        averaging = [averaging_weight(i, self.ema) for i in coming]
        self.waiting.append(self.stepper(block, torch.tensor([rates, averaging])))
        self.done, self.blocks = coming.stop, self.blocks + 1
        if self.least:
            self.least.look(coming.start, self.done, self.done == self.steps)

    def wait(self, but: int = 0) -> None:
        """Wait for the losses, but for those of the last `but` blocks. Raises InputError if one is not finite."""
        count = len(self.waiting) - but
        if count > 0:
            known = self.recorded + len(self.losses)
            losses = torch.cat(self.waiting[:count]).tolist()
            self.waiting = self.waiting[count:]
            check_finite(losses, known)
            self.losses += losses

    def records_due(self) -> Iterator[Record]:
        """The records that are due by now, or by the blocks before the last `ahead` ones; the last step always is."""
        last = self.done == self.steps
        but = 0 if last else min(self.ahead, len(self.waiting))
        reached = self.done - sum(map(len, self.waiting[len(self.waiting) - but :]))
        if last or self.due <= reached:
            self.wait(but)
        while self.due <= reached or (last and self.recorded < self.steps):
            end = min(self.due, self.steps)
            since, self.losses = self.losses[: end - self.recorded], self.losses[end - self.recorded :]
            record = Record(end, fsum(since) / (len(since) * self.coordinates), self.seconds)
            self.records.append(record)
            self.due = next(self.record_at)
            yield record

    def state(self) -> State:
        """A copy of where it stands; waits for the device. Raises InputError if a loss is not finite."""
        self.wait()
        tensors = [tensor.to("cpu", copy=True) for tensor in self.stepper.tensors]
        return State(self.done, self.blocks, self.seconds, tensors, list(self.losses), list(self.records))


def train(
    network: Network,
    blocks: Iterator[Block],
    steps: int,
    settings: Training,
    precision: torch.dtype,
    record_at: Iterator[int],
    begin: State | None = None,
    after_block: Callable[[Running], object] = lambda training: None,
    processes: Processes = ALONE,
    objective: Objective | None = None,
    validation: Sequence[Block] = (),
    ahead: int = 0,
) -> Iterator[Record]:
    """Train `network` in place on an objective, by default the deblending loss; yield a record now and then.

    blocks: on the network's device. precision: of the network's products. record_at: ascending steps after which to
    yield; the last step always yields. With `ema` the network ends with the average of its weights. Source: Heitz et
    al. 2023, algorithm 3.
    begin: the state to go on from, if not from the beginning; `blocks` then begin at block `begin.blocks`, and its
    records are not yielded again. after_block: is called between blocks, and may ask for the state. processes:
    that train together, each on `processes.rows` of every batch. validation: as `Stepper` takes it. ahead: blocks that
    are begun before the losses of earlier ones are waited for, so that a GPU always has work; the network is by so much
    further than the record that is yielded.
    Raises InputError if the loss stops being finite, if the warm-up would not end before the training, or if the state
    to begin with is of another one; LostError if another process has ended.
    """
    if settings.warmup >= steps:
        raise InputError(f"training.warmup: {settings.warmup:,} steps of {steps:,}: the rate would only rise")
    stepper = Stepper(network, objective or Deblending(), precision, settings, processes, validation)
    drawn = next(blocks)
    training = Running(stepper, steps, settings, record_at, settings.batch_size * drawn.x0[0, 0].numel(), ahead)
    if begin:
        training.resume(begin)
    try:
        while training.done < steps:
            training.advance(drawn)
            if training.done < steps:
                drawn = next(blocks)  # before the losses are waited for: a GPU is still at work
            yield from training.records_due()
            after_block(training)
        stepper.finish()
    finally:
        stepper.release()


def check_finite(losses: Sequence[float], before: int) -> None:
    """Raise InputError if one of the losses, of the steps after `before`, is not a finite number."""
    for step, loss in enumerate(losses, start=before + 1):
        if not abs(loss) < float("inf"):
            raise InputError(
                f"the loss became {loss} at step {step:,}: lower training.learning_rate, or set `precision: float32`"
            )


def training_length(settings: Training, count: int) -> tuple[int, int | None]:
    """The number of optimiser steps, and of steps in an epoch if the settings count in epochs.

    count: the number of samples in an epoch. Raises InputError if an epoch has no whole batch.
    """
    if settings.epochs is None:
        assert settings.steps is not None
        return settings.steps, None
    epoch = steps_per_epoch(count, settings.batch_size)
    return settings.epochs * epoch, epoch
