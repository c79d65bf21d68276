"""Optimiser steps on an objective, a block of batches at a time."""

from collections.abc import Sequence

import torch
from torch import Tensor

from iadb_core.method.batches import Block
from iadb_core.method.objective import Objective
from iadb_core.networks.building import laid_out
from iadb_core.networks.network import Network
from iadb_core.networks.parameters import flat_matrices, flatten
from iadb_core.system.errors import InputError
from iadb_core.system.graphs import Replayed
from iadb_core.training.choosing import LeastLoss
from iadb_core.training.gradients import gradient_of
from iadb_core.training.optimizer import Adam, Muon, Optimizer
from iadb_core.training.processes import ALONE, Processes
from iadb_core.training.settings import Training


class Stepper:
    """Optimiser steps on an objective, a block of batches at a time; on CUDA a block is one graph.

    network: on its device, trained in place. precision: of the network's products; weights, blends and loss stay
    float32. processes: among which batches are shared out,
    whose gradients and losses are then summed. validation: blends, the same in all of them, on which the best weights
    are found if the settings say so. `tensors` is all that steps change.
    """

    def __init__(
        self,
        network: Network,
        objective: Objective,
        precision: torch.dtype,
        settings: Training,
        processes: Processes = ALONE,
        validation: Sequence[Block] = (),
    ) -> None:
        self.objective, self.processes = objective, processes
        self.weights = flatten(laid_out(network.train()))
        self.average = self.weights.clone() if settings.ema else None
        self.rows = rows = processes.rows(settings.batch_size)
        self.gradient = gradient_of(network, self.weights, objective, rows.stop - rows.start, precision)
        self.optimizer: Optimizer = Adam(self.weights, self.gradient.values, settings.weight_decay)
        if settings.optimizer == "muon":
            matrices = flat_matrices(network, without=network.ends())
            self.optimizer = Muon(self.weights, self.gradient.values, matrices, precision)
        self.tensors = [self.weights, *([] if self.average is None else [self.average]), *self.optimizer.tensors]
        self.least: LeastLoss | None = None
        if settings.validation and validation:
            how = network, self.weights, self.average, objective, validation
            self.least = LeastLoss(*how, settings.validation.every)
            self.tensors += self.least.tensors
        self.replayed = Replayed(self._steps) if self.weights.is_cuda and network.capturable else None

    def __call__(self, block: Block, rates: Tensor) -> Tensor:
        """A step on each batch of the block: the losses, (batches,), of whole batches. Nothing waits for the device.

        rates: (2, batches), on the CPU: the learning rate of each step, and the weight in the average of what it gives.
        """
        if self.weights.is_cuda:
            rates = rates.contiguous().pin_memory().to(self.weights.device, non_blocking=True)
        if self.replayed is None:
            return self._steps(rates, *block.parts())
        return self.replayed(rates, *block.parts()).clone()

    def _steps(self, rates: Tensor, *parts: Tensor) -> Tensor:
        examples = self.objective.examples(Block(*parts), self.rows.start)
        batches = zip(*(part.unbind() for part in examples), strict=True)
        found = []
        for batch, (rate, averaging) in zip(batches, rates.unbind(1), strict=True):
            found.append(self.gradient(*batch))
            self.processes.sum_(self.gradient.values)
            self.optimizer.step(rate)
            if self.average is not None:
                self.average.lerp_(self.weights, averaging)
        losses = torch.stack(found)
        self.processes.sum_(losses)
        return losses

    def restore(self, tensors: Sequence[Tensor]) -> None:
        """Go on from copies of `tensors`. Raises InputError if they are of another network or optimiser."""
        own = [(tensor.shape, tensor.dtype) for tensor in self.tensors]
        if own != [(tensor.shape, tensor.dtype) for tensor in tensors]:
            raise InputError("the state to go on from is of another network or optimiser: delete it")
        for mine, saved in zip(self.tensors, tensors, strict=True):
            mine.copy_(saved)

    def release(self) -> None:
        """Give back what steps take on a GPU beside `tensors`."""
        if self.replayed:
            self.replayed.release()
        self.replayed = None

    def finish(self) -> None:
        """Give the network the weights that the model has: the best, or the average, if there are such."""
        if self.least is not None:
            self.weights.copy_(self.least.best)
        elif self.average is not None:
            self.weights.copy_(self.average)
