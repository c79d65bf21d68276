"""The training loop, as a generator: what to show, write and keep stays with the caller."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

import torch
from torch import Tensor

from iadb_core.blending import blend
from iadb_core.fields import Network
from iadb_core.files import InputError
from iadb_core.gradients import ByAutograd, Gradient, WrittenOut
from iadb_core.graphs import Replayed
from iadb_core.mlp import MLP
from iadb_core.networks import laid_out
from iadb_core.optimizer import Adam, Muon, Optimizer, averaging_weight, learning_rate
from iadb_core.parameters import flat_matrices, flatten
from iadb_core.streams import Block, steps_per_epoch


class Record(NamedTuple):
    """What is known after `step` optimiser steps.

    loss: the sum loss per coordinate, (D − (x₁ − x₀))² averaged over the steps since the previous record.
    seconds: since the first step began.
    """

    step: int
    loss: float
    seconds: float


class Stepper:
    """Optimiser steps on the deblending loss, a block of batches at a time; on CUDA a block is one graph.

    network: on its device, trained in place. precision: of the network's products; weights, blends and loss stay
    float32. settings: `batch_size`, `optimizer` and `ema` of `training`.
    """

    def __init__(self, network: Network, precision: torch.dtype, settings: Mapping[str, Any]) -> None:
        self.weights = flatten(laid_out(network.train()))
        self.average = self.weights.clone() if settings["ema"] else None
        self.gradient: Gradient
        if isinstance(network, MLP) and precision == torch.float32:
            self.gradient = WrittenOut(network, settings["batch_size"])
        else:
            self.gradient = ByAutograd(network, self.weights, precision)
        self.optimizer: Optimizer = Adam(self.weights, self.gradient.values)
        if settings["optimizer"] == "muon":
            matrices = flat_matrices(network, without=network.ends())
            self.optimizer = Muon(self.weights, self.gradient.values, matrices, precision)
        self.on_cuda = self.weights.is_cuda
        self.run: Callable[..., Tensor] = Replayed(self._steps) if self.on_cuda else self._steps

    def __call__(self, block: Block, rates: Tensor) -> Tensor:
        """A step on each batch of the block: the losses, (batches,). Nothing waits for the device.

        rates: (2, batches), on the CPU: the learning rate of each step, and the weight in the average of what it gives.
        """
        if not self.on_cuda:
            return self.run(*block, rates)
        return self.run(*block, rates.contiguous().pin_memory().to(self.weights.device, non_blocking=True)).clone()

    def _steps(self, x0: Tensor, x1: Tensor, alpha: Tensor, rates: Tensor) -> Tensor:
        x = blend(x0.flatten(0, 1), x1.flatten(0, 1), alpha.flatten()).view_as(x0)
        losses = alpha.new_empty(len(alpha))
        for i, (rate, averaging) in enumerate(rates.unbind(1)):
            losses[i] = self.gradient(x[i], alpha[i], x0[i], x1[i])
            self.optimizer.step(rate)
            if self.average is not None:
                self.average.lerp_(self.weights, averaging)
        return losses

    def finish(self) -> None:
        """Give the network the average of its weights, if there is one."""
        if self.average is not None:
            self.weights.copy_(self.average)


def train(
    network: Network,
    blocks: Iterator[Block],
    steps: int,
    settings: Mapping[str, Any],
    precision: torch.dtype,
    record_at: Iterator[int],
) -> Iterator[Record]:
    """Train `network` in place on the deblending loss; yield a record now and then.

    blocks: on the network's device. settings: `batch_size`, `optimizer`, `learning_rate`, `decay`, `warmup` and `ema`
    of `training`. precision: of the network's products. record_at: ascending steps after which to yield; the last step
    always yields. With `ema` the network ends with the average of its weights. Source: Heitz et al. 2023, algorithm 3.
    Raises InputError if the loss stops being finite, or if the warm-up would not end before the training.
    """
    if settings["warmup"] >= steps:
        raise InputError(f"training.warmup: {settings['warmup']:,} steps of {steps:,}: the rate would only rise")
    advance = Stepper(network, precision, settings)
    schedule = steps, settings["learning_rate"], settings["decay"], settings["warmup"]
    done = recorded = 0
    due = next(record_at)
    waiting: list[Tensor] = []
    known: list[float] = []
    began = time.monotonic()
    drawn = next(blocks)
    while done < steps:
        block = Block(*(part[: steps - done] for part in drawn))
        coming = range(done, done + len(block.alpha))
        rates = [[learning_rate(i, *schedule) for i in coming], [averaging_weight(i, settings["ema"]) for i in coming]]
        waiting.append(advance(block, torch.tensor(rates)))
        done = coming.stop
        if done < steps:
            drawn = next(blocks)  # before the losses are waited for: a GPU is still at work
        if due <= done or done == steps:
            known += torch.cat(waiting).tolist()
            waiting.clear()
        while due <= done or (done == steps and recorded < steps):
            end = min(due, steps)
            since, known = known[: end - recorded], known[end - recorded :]
            check_finite(since, recorded)
            yield Record(end, fsum(since) / (len(since) * block.x0[0].numel()), time.monotonic() - began)
            recorded, due = end, next(record_at)
    advance.finish()


def check_finite(losses: Sequence[float], before: int) -> None:
    """Raise InputError if one of the losses, of the steps after `before`, is not a finite number."""
    for step, loss in enumerate(losses, start=before + 1):
        if not abs(loss) < float("inf"):
            raise InputError(
                f"the loss became {loss} at step {step:,}: lower training.learning_rate, or set `precision: float32`"
            )


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
