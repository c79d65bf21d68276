"""What can be chosen by name, without torch."""

from typing import Literal

SolverName = Literal["euler", "midpoint", "heun", "rk4", "dopri5", "map"]  # the modules of `solvers/`
MAP: SolverName = "map"  # jumps of a flow map
