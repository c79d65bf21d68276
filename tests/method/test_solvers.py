import numpy as np
import pytest
import torch
from gaussians import CASE

from iadb_core.method import solvers
from iadb_core.method.schedules import SCHEDULES, linear
from iadb_core.method.solvers import STEPS, Counted, dopri5, euler, integrate, make_solver

EVALUATIONS = {"euler": 1, "midpoint": 2, "heun": 2, "rk4": 4}
ORDERS = {"euler": 1, "midpoint": 2, "heun": 2, "rk4": 4}
SOLVERS = [*STEPS, "dopri5"]


def starts(count=500):
    generator = torch.Generator().manual_seed(0)
    return CASE.m0 + CASE.s0 * torch.randn(count, 2, dtype=torch.float64, generator=generator)


def final(states):
    *_, (alpha, x) = states
    return alpha, x


def worst(states, exact):
    """The largest error along the way, a mean over samples."""
    return max((x - exact(alpha)).abs().mean().item() for alpha, x in states)


def last_order(errors):
    """The order of convergence between the last two errors, whose steps are as one to two."""
    return np.log2(errors[-2] / errors[-1])


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", STEPS)
def test_errors_fall_with_the_order_of_the_solver(name, schedule):
    x0 = starts()

    def error(steps):
        states = integrate(CASE.field, x0, SCHEDULES[schedule](steps), STEPS[name])
        return worst(states, lambda alpha: CASE.flow(x0, alpha))

    errors = [error(128), error(256)]
    # Between Gaussians, with a field linear in x, midpoint's leading error vanishes: its order there is 3.
    expected = 3 if name == "midpoint" else ORDERS[name]
    assert last_order(errors) == pytest.approx(expected, abs=0.15)
    assert errors[-1] < 0.02


@pytest.mark.parametrize("name", STEPS)
def test_orders_on_a_field_that_is_not_linear_in_x(name):
    x0 = torch.linspace(0.2, 1, 9, dtype=torch.float64)[:, None]

    def error(steps):  # x' = −2αx² has the solution x₀/(1 + α²x₀)
        states = integrate(lambda x, alpha: -2 * alpha[:, None] * x**2, x0, linear(steps), STEPS[name])
        return worst(states, lambda alpha: x0 / (1 + alpha**2 * x0))

    assert last_order([error(64), error(128)]) == pytest.approx(ORDERS[name], abs=0.1)


def test_dopri5_keeps_to_its_tolerance():
    x0 = starts()
    coarse, fine = (
        (final(dopri5(CASE.field, x0, [0.0, 1.0], tolerance, tolerance))[1] - CASE.flow(x0)).abs().max().item()
        for tolerance in (1e-3, 1e-9)
    )
    assert fine < 1e-7 < coarse < 0.05


def test_dopri5_passes_through_every_state_of_the_schedule():
    x0 = starts(20)
    states = list(dopri5(CASE.field, x0, linear(8), 1e-8, 1e-8))
    exact = list(integrate(CASE.field, x0, linear(512), STEPS["rk4"]))[::64]
    assert [alpha for alpha, _ in states] == linear(8)
    for (_, x), (_, expected) in zip(states, exact, strict=True):
        assert torch.allclose(x, expected, atol=1e-6)


@pytest.mark.parametrize("name", STEPS)
def test_evaluations_are_as_many_as_the_solver_promises(name):
    counted = Counted(CASE.field)
    final(integrate(counted, starts(7), linear(10), STEPS[name]))
    assert counted.evaluations == 10 * EVALUATIONS[name]
    assert counted.samples == 7 * counted.evaluations


@pytest.mark.parametrize("name", ["rk4", "dopri5"])
def test_a_round_trip_returns(name):
    solver, x0, there = make_solver(name, 1e-9, 1e-9), starts(), linear(64)
    _, x1 = final(solver(CASE.field, x0, there))
    alpha, back = final(solver(CASE.field, x1, there[::-1]))
    assert alpha == 0
    assert (x1 - x0).abs().mean() > 1
    assert (back - x0).abs().max() < 1e-5


def test_dopri5_also_follows_the_field_with_times_in_float32(monkeypatch):
    """As on a device without float64."""
    assert solvers.precision_of_times(torch.device("mps")) == torch.float32
    x0 = starts().float()
    _, expected = final(make_solver("dopri5", 1e-5, 1e-5)(CASE.field, x0, linear(4)))
    monkeypatch.setattr(solvers, "precision_of_times", lambda device: torch.float32)
    _, x1 = final(make_solver("dopri5", 1e-5, 1e-5)(CASE.field, x0, linear(4)))
    assert not torch.equal(x1, expected)
    assert torch.allclose(x1, expected, atol=1e-4)


def test_a_constant_field_moves_by_exactly_itself():
    x0 = torch.tensor([[1.0, 2.0]])
    for name in SOLVERS:
        _, x1 = final(make_solver(name, 1e-6, 1e-6)(lambda x, alpha: torch.full_like(x, 3.0), x0, linear(64)))
        assert torch.allclose(x1, torch.tensor([[4.0, 5.0]]), atol=1e-5)


@pytest.mark.parametrize("name", SOLVERS)
def test_the_start_is_yielded_first_and_never_changed(name):
    x0 = torch.randn(5, 2)
    kept = x0.clone()
    states = list(make_solver(name, 1e-5, 1e-5)(lambda x, alpha: x + 1, x0, linear(4)))
    assert torch.equal(x0, kept)
    assert torch.equal(states[0][1], kept)
    assert len({x.data_ptr() for _, x in states}) == 5


@pytest.mark.parametrize("name", SOLVERS)
def test_no_gradients_are_kept_and_inference_mode_does_not_leak(name):
    layer = torch.nn.Linear(2, 2)
    for _, x in make_solver(name, 1e-3, 1e-3)(lambda x, alpha: layer(x), torch.randn(3, 2), linear(2)):
        assert not torch.is_inference_mode_enabled()
        assert not x.requires_grad


def test_euler_is_the_default_step():
    x0 = starts(3)
    assert torch.equal(
        final(integrate(CASE.field, x0, linear(5)))[1], final(integrate(CASE.field, x0, linear(5), euler))[1]
    )
