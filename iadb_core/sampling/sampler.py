"""Running a trained network: where samples start, and how they are pushed to the target in batches."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.densities import sample_gaussian
from iadb_core.data.preparation import network_values
from iadb_core.data.shards import shard_rows
from iadb_core.method.fields import Field
from iadb_core.method.schedules import SCHEDULES
from iadb_core.method.solvers import Counted, make_solver
from iadb_core.networks import checkpoint
from iadb_core.networks.network import Network
from iadb_core.networks.registry import laid_out
from iadb_core.system.errors import InputError
from iadb_core.system.files import load_array
from iadb_core.system.graphs import Replayed
from iadb_core.system.runtime import choose_device, choose_precision
from iadb_core.system.seeds import numpy_generator

ALL = slice(None)


def starts(
    density: Mapping[str, Any],
    shape: tuple[int, ...],
    samples: np.ndarray | None,
    count: int,
    generator: np.random.Generator,
    distinct: bool = False,
    part: slice = ALL,
) -> Tensor:
    """`count` samples of a source to start from, (count, *shape), float32, as the network sees them; or part of them.

    density: its settings by its kind. samples: its stored samples; None for a Gaussian. They are drawn with
    replacement, unless `distinct`: then each at most once. The first starts are the same for every count.
    Raises InputError if there are fewer distinct samples than `count`.
    """
    if samples is None:
        gaussian = density["gaussian"]
        first, last, _ = part.indices(count)
        drawn = sample_gaussian(shape, gaussian["mean"], gaussian["std"], last - first, generator, skipped=first)
        return torch.from_numpy(drawn)
    if distinct and count > len(samples):
        raise InputError(f"{count} distinct starts were asked for, of {len(samples)} samples")
    chosen = generator.permutation(len(samples))[:count] if distinct else generator.integers(len(samples), size=count)
    return network_values(samples[chosen[part]], density)


def measured_starts(
    density: Mapping[str, Any],
    shape: tuple[int, ...],
    source: str | None,
    target: str,
    count: int,
    seed: int,
    shard: tuple[int, int] = (1, 1),
    batch_size: int = 1,
) -> Tensor:
    """Where the samples that are measured start: fresh noise, or distinct held-out samples; (n, *shape), float32.

    density: the source's settings. source, target: files of held-out samples, none for a Gaussian source. n is
    `count`, or as many as both files have. The first starts are the same for every count. shard: its number, from 1,
    and of how many, each of whole batches of `batch_size`: then only its own.
    """
    samples = load_array(source) if source else None
    count = min(count, len(load_array(target)), *([] if samples is None else [len(samples)]))
    part = shard_rows(*shard, count, batch_size)
    return starts(density, shape, samples, count, numpy_generator(seed, "generation starts"), distinct=True, part=part)


def field_of(network: Network, device: torch.device, precision: torch.dtype) -> Field:
    """The network's field on a device: weights in `precision`, samples in and out in float32; on CUDA, as a graph.

    The network itself is taken for it; its weights must not change any more.
    """
    placed, layout = laid_out(network.to(device, precision)).requires_grad_(False), network.memory_format

    def field(x: Tensor, alpha: Tensor) -> Tensor:
        return placed(x.to(precision, memory_format=layout), alpha).float()

    if device.type != "cuda":
        return field
    replayed = Replayed(torch.no_grad()(field))
    return lambda x, alpha: replayed(x, alpha).clone()


class Sampler:
    """A trained network that carries samples from the source to the target, or back.

    model: a checkpoint. settings: `sampling` (solver, schedule, steps, tolerances, batch_size), `device` and
    `precision`. Raises InputError for a corrupted checkpoint or a device that is not there.
    """

    def __init__(self, model: str | os.PathLike[str], settings: Mapping[str, Any]) -> None:
        network, described = checkpoint.load(model)
        self.shape = tuple(described["network"]["shape"])
        self.images = len(self.shape) > 1
        self.device = choose_device(settings["device"])
        self.precision = choose_precision(settings["precision"], self.device, network.convolutional)
        self.field = Counted(field_of(network, self.device, self.precision))
        self.use(**settings["sampling"])

    def use(
        self, solver: str, schedule: str, steps: int, batch_size: int, rtol: float = 0.0, atol: float = 0.0, **_: Any
    ) -> None:
        """Sample in this way from now on; the arguments are those of `sampling`, rtol and atol of dopri5 alone."""
        self.alphas = SCHEDULES[schedule](steps)
        self.solver = make_solver(solver, rtol, atol)
        self.batch_size = batch_size

    def states(self, starts: Tensor, backward: bool = False) -> Iterator[tuple[slice, int, Tensor]]:
        """Carry starts, (count, *shape), batch by batch: yields (which samples, index of the state, their states).

        The states, (batch, *shape), float32, are on the CPU; one for each α of the schedule, from α = 0 to 1, or
        from 1 to 0 if `backward`. Raises InputError if they stop being finite.
        """
        alphas = self.alphas[::-1] if backward else self.alphas
        for first in range(0, len(starts), self.batch_size):
            which = slice(first, min(first + self.batch_size, len(starts)))
            states = self.solver(self.field, starts[which].to(self.device), alphas)
            for index, (alpha, x) in enumerate(states):
                if not x.isfinite().all():
                    raise InputError(
                        f"samples are not finite at α = {alpha:.3f}: train longer, or set `precision: float32`"
                    )
                yield which, index, x.cpu()

    def ends(
        self, starts: Tensor, backward: bool = False, on_state: Callable[[int], object] = lambda count: None
    ) -> Tensor:
        """Where starts, (count, *shape), are carried to: (count, *shape), float32, on the CPU.

        on_state: is told how many samples have reached one more state.
        """
        carried = torch.empty_like(starts)
        for which, index, x in self.states(starts, backward):
            if index == len(self.alphas) - 1:
                carried[which] = x
            on_state(len(x))
        return carried

    def trajectories(self, starts: Tensor, on_state: Callable[[int], object] = lambda count: None) -> Tensor:
        """All states of starts, (count, *shape): (states, count, *shape), float32, on the CPU. on_state: as `ends`."""
        states = starts.new_empty((len(self.alphas), *starts.shape))
        for which, index, x in self.states(starts):
            states[index, which] = x
            on_state(len(x))
        return states
