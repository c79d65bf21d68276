"""What a network is trained to minimise, apart from how its gradient is found.

Each objective is a module of `objectives/`, whose `objective` makes it from its settings.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from torch import Tensor

from iadb_core.method.batches import Block

PACKAGE = "iadb_core.method.objectives"
Examples = tuple[Tensor, ...]  # what a loss is computed from, each (batches, batch, …)
AnyField = Callable[..., Tensor]  # of x, α and the condition, if there is one


class Objective(Protocol):
    """A loss of (network, batch).

    jumps: whether the network learns a flow map, which sees two α.
    """

    @property
    def jumps(self) -> bool: ...

    def examples(self, block: Block, first: int = 0) -> Examples:
        """What the losses of the block's batches are computed from: as much as can be done for all at once.

        first: the number, in the whole batch, of the first of these rows, if a process has but some.
        """
        ...

    def loss(self, field: AnyField, *example: Tensor) -> Tensor:
        """The sum loss of one batch, a scalar. example: one batch of each of the `examples`."""
        ...


def objective_of(name: str, settings: Mapping[str, Any], teacher: AnyField | None = None) -> Objective:
    """The objective of a name, which is that of its module, made from its settings.

    teacher: a trained field, for one that is distilled from it.
    """
    given = {} if teacher is None else {"teacher": teacher}
    made: Objective = import_module(f"{PACKAGE}.{name}").objective(**settings, **given)
    return made
