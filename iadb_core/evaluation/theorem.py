"""The paper's theorem, seen: with more steps, (de)blending by chance comes to the deterministic map."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.method.exact_field import ExactField
from iadb_core.method.fields import Field
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import SCHEDULES
from iadb_core.method.stochastic import Posterior, stochastic
from iadb_core.system.runtime import generator

FINE_STEPS, FINE_TOLERANCE = 256, 1e-8  # of rk4, and of dopri5 where the field grows without bound
FITTED = 16  # steps from which slopes are fitted


class Convergence(NamedTuple):
    """At T steps: the mean distance from the map's end to that of a path by chance, with its standard error; the mean
    spread of the ends of one start, as a root mean square from their middle; and the mean distance from the map's end
    to that of T steps of the deterministic iteration.
    """

    steps: int
    by_chance: float
    by_chance_error: float
    spread: float
    deterministic: float


class Shown(NamedTuple):
    """Paths from the same starts, (steps of the schedule + 1, count, *shape), by chance and deterministic."""

    by_chance: np.ndarray
    deterministic: np.ndarray


def theorem(
    field: Field,
    pairs: Posterior,
    begin: Tensor,
    steps: Sequence[int],
    repeats: int,
    seed: int,
    on_steps: Callable[[int], object] = lambda count: None,
) -> list[Convergence]:
    """How far both ways end from the map, for each number of steps.

    field, pairs: exact, of the same densities. begin: starts, (count, *shape). repeats: paths by chance from each.
    on_steps: is told how many steps are done.
    """
    every = begin.double()
    best = _ends_of_the_map(field, every)
    found = []
    for count in steps:
        alphas = SCHEDULES["linear"](count)
        several = every.repeat(repeats, *[1] * (every.ndim - 1))
        *_, (_, ends) = stochastic(pairs, several, alphas, generator(seed, f"by chance, {count} steps"))
        *_, (_, followed) = solver_of("euler")(field, every, alphas)
        ends = ends.view(repeats, *every.shape)
        apart = _distances((ends - best).flatten(0, 1)).view(repeats, -1).mean(dim=0)
        around = _distances((ends - ends.mean(dim=0)).flatten(0, 1)).square().view(repeats, -1)
        spread = (around.sum(dim=0) / max(1, repeats - 1)).sqrt().mean()
        error = float(apart.std() / len(apart) ** 0.5)
        wrong = float(_distances(followed - best).mean())
        found.append(Convergence(count, float(apart.mean()), error, float(spread), wrong))
        on_steps(count)
    return found


def _ends_of_the_map(field: Field, begin: Tensor) -> Tensor:
    """Where the exact map carries starts: an order of magnitude nearer than the finest iteration that is measured."""
    if isinstance(field, ExactField) and not field.bounded:
        solver = solver_of("dopri5").with_tolerances(FINE_TOLERANCE, FINE_TOLERANCE)
        *_, (_, best) = solver(field, begin, [0.0, 1.0])
    else:
        *_, (_, best) = solver_of("rk4")(field, begin, SCHEDULES["linear"](FINE_STEPS))
    return best


def slope(steps: Sequence[int], values: Sequence[float]) -> float | None:
    """The exponent of T by which values fall, fitted on logarithmic axes from `FITTED` steps on; None of too few."""
    chosen = [(own, value) for own, value in zip(steps, values, strict=True) if own >= FITTED and value > 0]
    if len(chosen) < 2:
        return None
    x, y = np.log(np.array(chosen)).T
    return float(np.polyfit(x, y, 1)[0])


def shown_paths(field: Field, pairs: Posterior, begin: Tensor, steps: int, seed: int) -> Shown:
    """Both paths of the same starts, (count, *shape), to be seen."""
    alphas = SCHEDULES["linear"](steps)
    by_chance = [x for _, x in stochastic(pairs, begin, alphas, generator(seed, f"shown by chance, {steps} steps"))]
    followed = [x for _, x in solver_of("euler")(field, begin, alphas)]
    return Shown(*(torch.stack(states).numpy() for states in (by_chance, followed)))


def _distances(x: Tensor) -> Tensor:
    return x.flatten(1).norm(dim=1)
