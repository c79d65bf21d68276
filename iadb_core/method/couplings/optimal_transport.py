"""x₀ and x₁ paired so that they lie near each other: optimal transport within sets of samples.

Paths that do not cross are straight, and need fewer evaluations. Sources: Pooladian et al. 2023, Tong et al. 2024; with
conditions in the cost, Cheng and Schwing 2025 (C²OT).
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from iadb_core.method.assignment import drawn, least_cost, sinkhorn, squared_distances
from iadb_core.method.coupling import Coupled


@dataclass(frozen=True)
class OptimalTransport:
    """Pairs sets of `batch` samples of each side, or whole batches, by their squared distances.

    method: `exact`, each x₀ with one x₁ and each x₁ with one x₀ at the least total cost; or `sinkhorn`, by a plan with
    entropy, from which each x₀ draws its x₁. regularisation: of that plan, in means of the cost.
    conditions: how a condition counts in the cost: `equal`, where only equal classes are paired, and numbers as near as
    `share` has it; `ignored`, where each x₁ takes its own along.
    """

    batch: int | None = None
    method: Literal["exact", "sinkhorn"] = "exact"
    regularisation: float = 0.05
    conditions: Literal["heeded", "ignored"] = "heeded"
    share: float = 0.05

    apart = False
    aligned = False

    @property
    def at_once(self) -> int | None:
        """As `Coupling` says."""
        return self.batch

    def __call__(
        self, x0: Tensor, x1: Tensor, condition: Tensor | None = None, draws: torch.Generator | None = None
    ) -> Coupled:
        """As `Coupling` says."""
        size = self.batch or x0.shape[1]
        sets0, sets1 = (x.flatten(0, 1).unflatten(0, (-1, size)) for x in (x0, x1))
        told = None if condition is None else condition.flatten(0, 1).unflatten(0, (-1, size))
        heeded = None if self.conditions == "ignored" else told
        if self.method == "exact" and heeded is not None and not heeded.is_floating_point():
            partner = within_classes(squared_distances(sets0, sets1), heeded)
        elif self.method == "exact":
            cost = squared_distances(sets0, sets1)
            partner = least_cost(cost if heeded is None else with_conditions(cost, heeded, self.share))
        else:
            assert draws is not None
            apart = squared_distances(sets0, sets1, torch.float32)
            cost = apart if heeded is None else with_conditions(apart, heeded, self.share)
            scale = apart.mean((1, 2), keepdim=True)  # of distances alone: a condition is not to be blurred
            partner = drawn(sinkhorn(cost, self.regularisation, scale), draws)
        paired = taken(sets1, partner).view_as(x1)
        if condition is None or told is None:
            return x0, paired, None
        return x0, paired, taken(told, partner).view_as(condition)


def taken(sets: Tensor, partner: Tensor) -> Tensor:
    """Of each set the samples of those numbers: sets, (sets, n, …), and partner, (sets, n)."""
    return sets[torch.arange(len(sets), device=sets.device)[:, None], partner]


def within_classes(cost: Tensor, classes: Tensor) -> Tensor:
    """The permutation of each set at the least total cost by which only equal classes are paired, (sets, n), int64.

    cost: (sets, n, n). classes: of each x₁, (sets, n); x₀ has that of the x₁ of its number, as in `with_conditions`,
    whose heavy cost of unequal ones gives the same, but later.
    """
    device, cost, classes = cost.device, cost.cpu(), classes.cpu()  # where `least_cost` pairs them, in one go
    partner = torch.empty_like(classes)
    for own, told, into in zip(cost, classes, partner, strict=True):
        for number in told.unique():
            (rows,) = torch.nonzero(told == number, as_tuple=True)
            into[rows] = rows[least_cost(own[rows][:, rows][None])[0]]
    return partner.to(device)


def with_conditions(cost: Tensor, condition: Tensor, share: float) -> Tensor:
    """The cost and, so heavily as it has to be, that of unequal conditions: (sets, n, n).

    cost: (sets, n, n). condition: of each x₁; x₀ has that of the x₁ of its number, so that over all draws each
    condition has the whole source. Of classes, int64, (sets, n), unequal ones are never paired. Of numbers, (sets, n,
    …), squared distances count with the weight at which `share` of the entries of a column, on average, is at most
    that of x₀ with the condition itself. Source: Cheng and Schwing 2025, section 3.2.
    """
    if not condition.is_floating_point():
        unequal = condition[:, :, None] != condition[:, None, :]
        return cost + unequal * (cost.amax((1, 2), keepdim=True) * cost.shape[1] + 1)
    apart = squared_distances(condition, condition, cost.dtype)
    return torch.stack([own + weight_of(own, far, share) * far for own, far in zip(cost, apart, strict=True)])


def weight_of(cost: Tensor, apart: Tensor, share: float) -> float:
    """The weight w at which `share` of the entries of cost + w·apart are at most the diagonal entry of their column.

    cost, apart: (n, n), the latter zero on its diagonal. Entry i of column j is at most that up to one weight, (cost_jj
    − cost_ij)/apart_ij, so that w is a quantile of these; Cheng and Schwing 2025 find it by bisection. The greatest of
    them where too many conditions are equal, whose entries no weight changes.
    """
    limits = ((cost.diagonal()[None, :] - cost) / apart).flatten()
    limits = limits.masked_fill(limits.isnan(), float("inf"))  # 0/0, of equal conditions: no weight is too great
    allowed = int(share * limits.numel())
    finite = limits[limits < float("inf")]
    equal = limits.numel() - finite.numel()
    if equal >= allowed or not finite.numel():
        return float(finite.amax().clamp_min(0)) if finite.numel() else 0.0
    return float(finite.kthvalue(limits.numel() - allowed + 1).values.clamp_min(0))


coupling = OptimalTransport
