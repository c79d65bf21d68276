"""Heun's method."""

from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import OneStep, at


def heun(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """A step with the mean of the field here and where a step of Euler leads. Two evaluations, order 2."""
    here = at(field, x, alpha)
    there = at(field, x + increment * here, alpha + increment)
    return x + increment / 2 * (here + there)


SOLVER = OneStep(heun, evaluations=2)
