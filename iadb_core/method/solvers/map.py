"""Jumps of a flow map: exact, as far as the map is, whatever their length."""

import torch
from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import OneStep
from iadb_core.system.errors import InputError


def jump(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """X + Δα·v_{α, α + Δα}(x). One evaluation. Source: Boffi et al. 2025.

    field: that takes two α, (batch, 2). Raises InputError for a step back.
    """
    if increment < 0:
        raise InputError("solver: map goes only forward; take another one for the way back, midpoint say")
    both = [x.new_full((len(x),), value) for value in (alpha, alpha + increment)]
    return x + increment * field(x, torch.stack(both, dim=1))


SOLVER = OneStep(jump, evaluations=1, jumps=True)
