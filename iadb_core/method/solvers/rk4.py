"""The classical Runge-Kutta method."""

from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import OneStep, at


def rk4(field: Field, x: Tensor, alpha: float, increment: float) -> Tensor:
    """The classical Runge-Kutta step. Four evaluations, order 4."""
    half = increment / 2
    k1 = at(field, x, alpha)
    k2 = at(field, x + half * k1, alpha + half)
    k3 = at(field, x + half * k2, alpha + half)
    k4 = at(field, x + increment * k3, alpha + increment)
    return x + increment / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


SOLVER = OneStep(rk4, evaluations=4)
