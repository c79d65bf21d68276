"""The methods that make one step from each α to the next: their orders of convergence."""

import numpy as np
import pytest
import torch
from gaussians import CASE, starts

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import SCHEDULES, linear

ORDERS = {"euler": 1, "midpoint": 2, "heun": 2, "rk4": 4}


def worst(states, exact):
    """The largest error along the way, a mean over samples."""
    return max((x - exact(alpha)).abs().mean().item() for alpha, x in states)


def last_order(errors):
    """The order of convergence between the last two errors, whose steps are as one to two."""
    return np.log2(errors[-2] / errors[-1])


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", ORDERS)
def test_errors_fall_with_the_order_of_the_solver(name, schedule):
    x0 = starts()

    def error(steps):
        states = solver_of(name)(CASE.field, x0, SCHEDULES[schedule](steps))
        return worst(states, lambda alpha: CASE.flow(x0, alpha))

    errors = [error(128), error(256)]
    # Between Gaussians, with a field linear in x, midpoint's leading error vanishes: its order there is 3.
    expected = 3 if name == "midpoint" else ORDERS[name]
    assert last_order(errors) == pytest.approx(expected, abs=0.15)
    assert errors[-1] < 0.02


@pytest.mark.parametrize("name", ORDERS)
def test_orders_on_a_field_that_is_not_linear_in_x(name):
    x0 = torch.linspace(0.2, 1, 9, dtype=torch.float64)[:, None]

    def error(steps):  # x' = −2αx² has the solution x₀/(1 + α²x₀)
        states = solver_of(name)(lambda x, alpha: -2 * alpha[:, None] * x**2, x0, linear(steps))
        return worst(states, lambda alpha: x0 / (1 + alpha**2 * x0))

    assert last_order([error(64), error(128)]) == pytest.approx(ORDERS[name], abs=0.1)


def test_a_step_of_euler_is_the_field_times_the_step():
    x0 = starts(3)
    _, (_, x1) = solver_of("euler")(CASE.field, x0, [0.25, 0.75])
    assert torch.allclose(x1, x0 + 0.5 * CASE.field(x0, torch.full((3,), 0.25, dtype=torch.float64)))
