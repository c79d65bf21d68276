"""Running a trained network: where samples start, and how they are pushed to the target in batches."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iadb_core import checkpoint
from iadb_core.densities import sample_gaussian
from iadb_core.files import InputError
from iadb_core.networks import MLP, Field, UNet, laid_out
from iadb_core.runtime import choose_device, choose_precision
from iadb_core.scaling import network_images
from iadb_core.schedules import SCHEDULES
from iadb_core.solvers import Counted, make_solver


def starts(
    density: Mapping[str, Any],
    shape: tuple[int, ...],
    samples: np.ndarray | None,
    count: int,
    generator: np.random.Generator,
    distinct: bool = False,
) -> Tensor:
    """`count` samples of a source to start from, (count, *shape), float32, as the network sees them.

    density: its settings by its kind. samples: its stored samples; None for a Gaussian. They are drawn with
    replacement, unless `distinct`: then each at most once. The first starts are the same for every count.
    Raises InputError if there are fewer distinct samples than `count`.
    """
    if samples is None:
        gaussian = density["gaussian"]
        return torch.from_numpy(sample_gaussian(shape, gaussian["mean"], gaussian["std"], count, generator))
    if distinct and count > len(samples):
        raise InputError(f"{count} distinct starts were asked for, of {len(samples)} samples")
    chosen = generator.permutation(len(samples))[:count] if distinct else generator.integers(len(samples), size=count)
    return network_values(samples[chosen], density)


def network_values(samples: np.ndarray, density: Mapping[str, Any]) -> Tensor:
    """Stored samples of a density as the network sees them, float32: points as they are, images scaled and resized.

    density: its settings by its kind.
    """
    tensor = torch.from_numpy(np.array(samples))
    images = density.get("dataset") or density.get("folder")
    return network_images(tensor, images["size"], images["scaling"]) if images else tensor.to(torch.float32)


def field_of(network: MLP | UNet, device: torch.device, precision: torch.dtype) -> Field:
    """The network's field on a device: weights in `precision`, samples in and out in float32."""
    placed, layout = laid_out(network.to(device, precision)), network.memory_format

    def field(x: Tensor, alpha: Tensor) -> Tensor:
        return placed(x.to(precision, memory_format=layout), alpha.to(precision)).float()

    return field


class Sampler:
    """A trained network that carries samples from the source to the target, or back.

    model: a checkpoint. settings: `sampling` (solver, schedule, steps, tolerances, batch_size), `device` and
    `precision`. Raises InputError for a corrupted checkpoint or a device that is not there.
    """

    def __init__(self, model: str | os.PathLike[str], settings: Mapping[str, Any]) -> None:
        network, described = checkpoint.load(model)
        sampling = settings["sampling"]
        self.shape = tuple(described["network"]["shape"])
        self.device = choose_device(settings["device"])
        self.precision = choose_precision(settings["precision"], self.device, network.convolutional)
        self.field = Counted(field_of(network, self.device, self.precision))
        self.alphas = SCHEDULES[sampling["schedule"]](sampling["steps"])
        self.solver = make_solver(sampling["solver"], sampling["rtol"], sampling["atol"])
        self.batch_size: int = sampling["batch_size"]

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
