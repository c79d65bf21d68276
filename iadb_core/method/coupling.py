"""Which x₀ is blended with which x₁.

Each coupling is a module of `couplings/`, whose `coupling` makes it from its settings.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

import torch
from torch import Tensor

PACKAGE = "iadb_core.method.couplings"
Coupled = tuple[Tensor, Tensor, Tensor | None]  # x₀, x₁ and the condition of x₁


class Coupling(Protocol):
    """Pairs the samples of whole batches.

    apart: whether each sample's partner is known without the others, so that a process can do with its own rows.
    aligned: whether the stored samples of both sides belong together row by row, and are drawn in one order.
    at_once: how many samples of each side are paired with each other; None: those of a batch.
    """

    @property
    def apart(self) -> bool: ...

    @property
    def aligned(self) -> bool: ...

    @property
    def at_once(self) -> int | None: ...

    def __call__(
        self, x0: Tensor, x1: Tensor, condition: Tensor | None = None, draws: torch.Generator | None = None
    ) -> Coupled:
        """x0, x1: (batches, batch, *shape); condition: of x₁, (batches, batch, …). Returns the same samples, paired.

        draws: random numbers, for a coupling that takes some, on the samples' device.
        """
        ...


class AsDrawn:
    """The samples as they came."""

    apart = True
    at_once = None

    def __call__(
        self, x0: Tensor, x1: Tensor, condition: Tensor | None = None, draws: torch.Generator | None = None
    ) -> Coupled:
        """As `Coupling` says."""
        return x0, x1, condition


def coupling_of(name: str, settings: Mapping[str, Any]) -> Coupling:
    """The coupling of a name, which is that of its module, made from its settings."""
    made: Coupling = import_module(f"{PACKAGE}.{name}").coupling(**settings)
    return made
