"""Which x₀ is blended with which x₁.

Each coupling is a module of `couplings/`, whose `COUPLING` is loaded by its name.
"""

from importlib import import_module
from typing import Protocol

from torch import Tensor

PACKAGE = "iadb_core.method.couplings"
Coupled = tuple[Tensor, Tensor, Tensor | None]  # x₀, x₁ and the condition of x₁


class Coupling(Protocol):
    """Pairs the samples of whole batches.

    apart: whether each sample's partner is known without the others, so that a process can do with its own rows.
    aligned: whether the stored samples of both sides belong together row by row, and are drawn in one order.
    """

    apart: bool
    aligned: bool

    def __call__(self, x0: Tensor, x1: Tensor, condition: Tensor | None = None) -> Coupled:
        """x0, x1: (batches, batch, *shape); condition: of x₁. Returns the same samples, paired."""
        ...


def coupling_of(name: str) -> Coupling:
    """The coupling of a name, which is that of its module."""
    coupling: Coupling = import_module(f"{PACKAGE}.{name}").COUPLING
    return coupling
