"""Euler's method, the paper's own."""

from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import OneStep, at


def euler(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """X + Δα·D(x, α). One evaluation, order 1. Source: Heitz et al. 2023, algorithm 4."""
    return x + increment * at(field, x, alpha)


SOLVER = OneStep(euler, evaluations=1)
