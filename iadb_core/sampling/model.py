"""A trained network, loaded and placed: the field that solvers follow."""

import os
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from iadb_core.data.conditions import Condition
from iadb_core.data.degradation import Degradation
from iadb_core.data.density import Density
from iadb_core.data.registry import density_of
from iadb_core.networks import checkpoint
from iadb_core.networks.building import laid_out
from iadb_core.networks.checkpoint import DEBLENDING
from iadb_core.networks.network import Network
from iadb_core.system.errors import InputError
from iadb_core.system.graphs import Replayed
from iadb_core.system.runtime import choose_device, choose_precision

NEEDED = {
    "degradation": "this model restores images: it needs degraded ones",
    "columns": "this model is told coordinates of each point: it needs them",
}


def field_of(
    network: Network, device: torch.device, precision: torch.dtype, differentiable: bool = False
) -> Callable[..., Tensor]:
    """The network's field on a device, of x, α and a condition if it takes one.

    Weights in `precision`, samples in and out in float32; on CUDA, as a graph, if it can be one and is not to be
    differentiated. The network itself is taken for it; its weights must not change any more.
    """
    placed, layout = laid_out(network.to(device, precision)).requires_grad_(False), network.memory_format

    def field(x: Tensor, alpha: Tensor, *condition: Tensor) -> Tensor:
        return placed(x.to(precision, memory_format=layout), alpha, *condition).float()

    if device.type != "cuda" or differentiable or not network.capturable:
        return field
    replayed = Replayed(torch.no_grad()(field))
    return lambda *inputs: replayed(*inputs).clone()


class Model:
    """A trained network on a device, as a field; it counts for how many samples it is evaluated.

    shape: of a sample. device, precision: where it computes, and in what. weaker: a model that guides it, if any.
    classes: the names of those that it can be told, in the order of their numbers, if any. degradation: of the images
    that it restores, if it does. jumps: whether it is a flow map, whose field takes two α. columns: the coordinates
    of a point that it is told, if it is. differentiable: whether derivatives are asked of its field.
    """

    def __init__(
        self,
        network: Network,
        shape: tuple[int, ...],
        device: torch.device,
        precision: torch.dtype,
        classes: Sequence[str] = (),
        degradation: Degradation | None = None,
        weaker: "Model | None" = None,
        jumps: bool = False,
        columns: tuple[int, ...] = (),
        differentiable: bool = False,
    ) -> None:
        self.shape, self.device, self.precision = shape, device, precision
        self.classes, self.degradation, self.weaker, self.jumps = tuple(classes), degradation, weaker, jumps
        self.columns = columns
        self._evaluated = 0
        self._field = field_of(network, device, precision, differentiable)

    @property
    def evaluations(self) -> int:
        """For how many single samples it has been evaluated so far; those of the weaker model count as well."""
        return self._evaluated + (self.weaker.evaluations if self.weaker else 0)

    @property
    def told_of_samples(self) -> bool:
        """Whether what it is told is made of samples of the target; it cannot do without."""
        return bool(self.degradation or self.columns)

    def field(self, x: Tensor, alpha: Tensor, condition: Tensor | None = None) -> Tensor:
        """D(x, α) for x, (batch, *shape), and alpha, (batch,), on the model's device: one evaluation a sample.

        alpha: of a flow map also (batch, 2), from and to which it jumps.
        condition: classes, (batch,), int64, for a model that takes one; their number, and without it, is none. Or what
        it sees of degraded images, (batch, channels, height, width), or coordinates, (batch, columns). Raises
        InputError where it cannot do without.
        """
        if alpha.ndim > 1 and not self.jumps:
            raise InputError("solver: map needs a flow map, which `training.objective` learns; this is a field")
        self._evaluated += len(x)
        if self.told_of_samples:
            if condition is None:
                raise InputError(NEEDED["degradation" if self.degradation else "columns"])
            return self._field(x, alpha, condition)
        if not self.classes:  # a weaker model may do without what the other is told
            return self._field(x, alpha)
        told = torch.full((len(x),), len(self.classes), device=x.device) if condition is None else condition
        return self._field(x, alpha, told)

    def on_cpu(self, x: Tensor, alpha: Tensor, *condition: Tensor) -> Tensor:
        """The same for samples on the CPU, wherever the model computes."""
        return self.field(*(part.to(self.device) for part in (x, alpha, *condition))).cpu()


def told_columns(condition: Condition | None, target: Density) -> tuple[int, ...]:
    """The coordinates of the target's points that a condition tells, if it does."""
    return condition.coordinates.columns(target) if condition and condition.coordinates else ()


def load_model(
    path: str | os.PathLike[str],
    device: str,
    precision: str,
    objective: str = DEBLENDING,
    weaker: str | os.PathLike[str] | None = None,
    differentiable: bool = False,
) -> Model:
    """The model of a checkpoint. device, precision: as the configuration names them.

    objective: that it is of. weaker: the checkpoint of a model that guides it. differentiable: whether derivatives are
    asked of its field. Raises InputError for a corrupted
    checkpoint or a device that is not there.
    """
    network, described = checkpoint.load(path, objective=objective)
    chosen = choose_device(device)
    shape = tuple(described["network"]["shape"])
    reduced = choose_precision(precision, chosen, network.convolutional)
    settings, told = described["settings"], described["network"]
    classes = settings.get("classes", ()) if told.get("classes") else ()
    condition = Condition.of(settings["condition"]) if settings.get("condition") else None
    degradation = condition.restores if condition and told.get("channels") else None
    columns = told_columns(condition, density_of(settings["target"])) if told.get("numbers") else ()
    guide = load_model(weaker, device, precision) if weaker else None
    seen = classes, degradation, guide, bool(told.get("jumps")), columns
    return Model(network, shape, chosen, reduced, *seen, differentiable)
