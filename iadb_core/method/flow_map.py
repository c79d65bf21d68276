"""Flow maps, which jump from any α to any later one: X_{s,t}(x) = x + (t − s)·v_{s,t}(x).

v_{s,t} is the mean velocity between s and t, and v_{t,t} the field itself, the (de)blending one. So a network that sees
two α holds both, and can learn the map from its own field. Source: Boffi, Albergo and Vanden-Eijnden 2025, whose family
of losses has consistency, shortcut and mean-flow training among its members.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.batches import Block, rows_of_share
from iadb_core.method.blending import blend, deblending_loss, per_sample
from iadb_core.method.objective import AnyField, Examples
from iadb_core.system.constants import constant


def between(begin: Tensor, end: Tensor) -> Tensor:
    """Two α as a flow map's field takes them, (batch, 2); begin, end: (batch,)."""
    return torch.stack([begin, end], dim=1)


def jump(field: AnyField, x: Tensor, begin: Tensor, end: Tensor, *condition: Tensor) -> Tensor:
    """X_{s,t}(x), (batch, …): one evaluation. x: (batch, …), at `begin`; begin, end: (batch,)."""
    return x + per_sample(end - begin, x) * field(x, between(begin, end), *condition)


def whole_rows(first: int, count: int, share: float, whole: float) -> list[int]:
    """Which of the rows that jump go all the way from 0 to 1: evenly, a share of them."""
    jumps = [(row, int((first + row) * share)) for row in rows_of_share(first, count, share)]
    return [row for row, before in jumps if int((before + 1) * whole) > int(before * whole)]


@dataclass(frozen=True)
class SelfDistillation(ABC):
    """A share of a batch learns jumps from the field, the others the field itself.

    whole: the share of the jumps that go all the way, from 0 to 1. teacher: a trained field that both are learnt from,
    in the place of the samples and of the network's own field.
    """

    share: float = 0.5
    whole: float = 0.0
    teacher: AnyField | None = None

    jumps = True

    def examples(self, block: Block, first: int = 0) -> Examples:
        """x_α, α, x₀ and x₁ of the rows that learn the field; x_s, the times, x₀ and x₁ of those that jump; then the
        conditions of both, if there are any. block.alpha: (batches, batch, 2).
        """
        jumping = rows_of_share(first, block.x0.shape[1], self.share)
        others = sorted(set(range(block.x0.shape[1])) - set(jumping))
        rows, jumps = (constant(tuple(chosen), torch.int64, block.x0.device) for chosen in (others, jumping))
        found: list[Tensor] = []
        for chosen, alpha in ((rows, block.alpha[..., 0]), (jumps, self.times(block.alpha, first))):
            x0, x1, times = (part.index_select(1, chosen) for part in (block.x0, block.x1, alpha))
            begin = times if times.ndim == 2 else times[..., 0]
            x = blend(x0.flatten(0, 1), x1.flatten(0, 1), begin.flatten()).view_as(x0)
            found += [x, times, x0, x1]
        if block.condition is None:
            return tuple(found)
        return *found, *(block.condition.index_select(1, chosen) for chosen in (rows, jumps))

    def times(self, alpha: Tensor, first: int) -> Tensor:
        """From and to which α each row jumps, (batches, batch, 2), s ≤ t: two draws in order; first: as `examples`."""
        begin, end = alpha.sort(dim=2).values.unbind(2)
        rows = whole_rows(first, alpha.shape[1], self.share, self.whole)
        whole = constant(tuple(rows), torch.int64, alpha.device)
        return torch.stack([begin.index_fill(1, whole, 0.0), end.index_fill(1, whole, 1.0)], dim=2)

    def loss(self, field: AnyField, *example: Tensor) -> Tensor:
        """As `Objective` says."""
        x, alpha, x0, x1, y, times, y0, y1, *told = example
        predicted = field(x, alpha, *told[:1])
        if self.teacher is None:
            of_field = deblending_loss(predicted, x0, x1)
        else:
            of_field = (predicted - self.velocity(field, x, alpha, *told[:1])).square().sum()
        return of_field + self.of_jumps(field, y, times, y1 - y0, *told[1:])

    def velocity(self, field: AnyField, x: Tensor, alpha: Tensor, *condition: Tensor) -> Tensor:
        """The field that jumps are learnt from, without a gradient: the teacher's, or the network's own."""
        with torch.no_grad():
            return (self.teacher or field)(x, alpha, *condition)

    @abstractmethod
    def of_jumps(self, field: AnyField, x: Tensor, times: Tensor, difference: Tensor, *condition: Tensor) -> Tensor:
        """The sum loss of the rows that jump. x: (rows, …), at s; times: of each; difference: x₁ − x₀."""
