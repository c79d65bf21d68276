"""Following a field between x₀ (α = 0) and x₁ (α = 1), in either direction.

Each method is a module of `solvers/`, whose `SOLVER` is loaded by its name; most are one step function over the same
loop.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from iadb_core.method.fields import Field

Step = Callable[[Field, Tensor, float, float], Tensor]
PACKAGE = "iadb_core.method.solvers"


class Solver(Protocol):
    """A method of integration.

    evaluations: of the field in a step from one α of the schedule to the next; None if it makes steps of its own.
    jumps: whether each step is a jump of a flow map, whose field takes two α, and which goes only forward.
    """

    @property
    def evaluations(self) -> int | None: ...

    @property
    def jumps(self) -> bool: ...

    def with_tolerances(self, rtol: float, atol: float) -> "Solver":
        """The method with tolerances, relative and absolute, of each step; itself, if it has none."""
        ...

    def __call__(
        self, field: Field, x: Tensor, alphas: Sequence[float], derivatives: bool = False
    ) -> Iterator[tuple[float, Tensor]]:
        """Yield (α, x_α) for every α of the schedule, the start included, one step from each to the next.

        x: (batch, *shape), never changed. alphas: ascending from x₀ to x₁, descending from x₁ to x₀; their differences
        are the steps' Δα. derivatives: whether the states are to be part of autograd's graph. Each state after the
        first, x itself, is a new tensor.
        """
        ...


def at(field: Field, x: Tensor, alpha: float) -> Tensor:
    """The field at x, (batch, *shape), all of it at one α: one network evaluation."""
    return field(x, x.new_full((len(x),), alpha))


@dataclass(frozen=True)
class OneStep:
    """A method that makes one step from each α to the next. step: (field, x, α, Δα) to x at α + Δα."""

    step: Step
    evaluations: int
    jumps: bool = False

    def with_tolerances(self, rtol: float, atol: float) -> "OneStep":
        """Itself: it keeps to the schedule."""
        return self

    def __call__(
        self, field: Field, x: Tensor, alphas: Sequence[float], derivatives: bool = False
    ) -> Iterator[tuple[float, Tensor]]:
        """Yield (α, x_α) for every α of the schedule, as `Solver` says."""
        yield alphas[0], x
        for alpha, following in pairwise(alphas):
            with torch.inference_mode(not derivatives):
                x = self.step(field, x, alpha, following - alpha)
            yield following, x


def solver_of(name: str) -> Solver:
    """The solver of a name, which is that of its module."""
    solver: Solver = import_module(f"{PACKAGE}.{name}").SOLVER
    return solver
