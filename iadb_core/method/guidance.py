"""Guidance: a field that is pushed further from another one, without class or weaker, than it is."""

from collections.abc import Callable

import torch
from torch import Tensor

from iadb_core.method.blending import per_sample
from iadb_core.method.fields import ConditionalField


class ClassifierFree:
    """Classifier-free guidance: u + w·(c − u), of the conditional field c and the unconditional field u.

    Source: Ho and Salimans 2022; for flows, Zheng et al. 2023. field: whose condition `none` stands for no class.
    weight: w; 1 is the conditional field itself, with one evaluation. interval: of α, outside of which it is not guided
    (Kynkäänniemi et al. 2024). optimised_scale: s·u in the place of u, s = ⟨c, u⟩/‖u‖² of each sample, so that the two
    differ as little as can be (CFG-Zero*, Fan et al. 2025).
    """

    def __init__(
        self,
        field: ConditionalField,
        none: int,
        weight: float,
        interval: tuple[float, float] = (0.0, 1.0),
        optimised_scale: bool = False,
    ) -> None:
        self.field, self.none, self.weight, self.interval = field, none, weight, interval
        self.optimised_scale = optimised_scale

    def __call__(self, x: Tensor, alpha: Tensor, condition: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,); condition: (batch,), int64. Two evaluations a sample, in one call."""
        inside = _inside(alpha, self.interval)
        if self.weight == 1 or _nowhere(inside, self.interval):
            return self.field(x, alpha, condition)
        untold = torch.full_like(condition, self.none)
        both = self.field(torch.cat([x, x]), torch.cat([alpha, alpha]), torch.cat([condition, untold]))
        c, u = both.chunk(2)
        if self.optimised_scale:
            u = per_sample(_projection(c.flatten(1), u.flatten(1)), u) * u
        return torch.where(per_sample(inside, x), u + self.weight * (c - u), c)


class Autoguidance:
    """Guidance by a weaker field of the same densities: v + w·(f − v), of the field f and the weaker v.

    Source: Karras et al. 2024. field, weaker: told a condition, or not. weight: w; 1 is the field itself, with one
    evaluation. interval: of α, outside of which it is not guided.
    """

    def __init__(
        self,
        field: Callable[..., Tensor],
        weaker: Callable[..., Tensor],
        weight: float,
        interval: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        self.field, self.weaker, self.weight, self.interval = field, weaker, weight, interval

    def __call__(self, x: Tensor, alpha: Tensor, *condition: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,); condition: (batch, …), if any. An evaluation of each field."""
        inside = _inside(alpha, self.interval)
        f = self.field(x, alpha, *condition)
        if self.weight == 1 or _nowhere(inside, self.interval):
            return f
        v = self.weaker(x, alpha, *condition)
        return torch.where(per_sample(inside, x), v + self.weight * (f - v), f)


def _inside(alpha: Tensor, interval: tuple[float, float]) -> Tensor:
    """Which samples are guided, (batch,); of a jump, by where it begins."""
    begin = alpha if alpha.ndim == 1 else alpha[:, 0]
    return (begin >= interval[0]) & (begin <= interval[1])


def _nowhere(inside: Tensor, interval: tuple[float, float]) -> bool:
    """Whether no sample is guided. Asks the device, which cannot be while a graph is captured, only if it may be so."""
    return interval != (0.0, 1.0) and not inside.any()


def _projection(c: Tensor, u: Tensor) -> Tensor:
    """⟨c, u⟩/‖u‖² of each sample, (batch,), from (batch, coordinates); 1 where u is zero."""
    squares = u.square().sum(dim=1)
    return torch.where(squares > 0, (c * u).sum(dim=1) / squares.clamp_min(torch.finfo(u.dtype).tiny), 1.0)
