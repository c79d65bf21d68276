import numpy as np
import pytest
import torch
from gaussians import CASE, final, starts
from scipy.integrate import RK45, solve_ivp
from torchdiffeq import odeint

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.method.solvers.dopri5 import ERROR, STAGES, Dopri5
from iadb_core.system.errors import InputError


def curved(x, alpha):
    """A field that is not linear: x' = −2αx², whose solution is x₀/(1 + α²x₀)."""
    return -2 * alpha[:, None] * x**2


def test_its_coefficients_are_scipys():
    for (place, weights), expected, row in zip(STAGES[:-1], RK45.C[1:], RK45.A[1:], strict=True):
        assert place == pytest.approx(expected, abs=1e-15)
        assert weights == pytest.approx(row[: len(weights)], abs=1e-12)
    assert STAGES[-1][1] == pytest.approx(RK45.B, abs=1e-15)
    assert np.abs(ERROR) == pytest.approx(np.abs(RK45.E), abs=1e-15)
    assert sum(ERROR) == pytest.approx(0, abs=1e-15)


def test_dopri5_keeps_to_its_tolerance():
    x0 = starts()
    coarse, fine = (
        (final(Dopri5(tolerance, tolerance)(CASE.field, x0, [0.0, 1.0]))[1] - CASE.flow(x0)).abs().max().item()
        for tolerance in (1e-3, 1e-9)
    )
    assert fine < 1e-7 < coarse < 0.05


def test_it_is_given_its_tolerances_and_is_otherwise_the_same():
    assert solver_of("dopri5").with_tolerances(1e-3, 1e-4) == Dopri5(rtol=1e-3, atol=1e-4)
    assert solver_of("dopri5").evaluations is None  # it makes steps of its own


def test_each_of_the_two_tolerances_counts():
    x0, exact = starts(), CASE.flow(starts())

    def error(rtol, atol):
        return (final(Dopri5(rtol, atol)(CASE.field, x0, [0.0, 1.0]))[1] - exact).abs().max().item()

    fine = error(1e-9, 1e-9)
    assert error(1e-3, 1e-9) > 100 * fine
    assert error(1e-9, 1e-3) > 100 * fine


def test_dopri5_passes_through_every_state_of_the_schedule():
    x0 = starts(20)
    states = list(Dopri5(1e-8, 1e-8)(CASE.field, x0, linear(8)))
    exact = list(solver_of("rk4")(CASE.field, x0, linear(512)))[::64]
    assert [alpha for alpha, _ in states] == linear(8)
    for (_, x), (_, expected) in zip(states, exact, strict=True):
        assert torch.allclose(x, expected, atol=1e-6)


@pytest.mark.parametrize("steps", [1, 3, 100])
@pytest.mark.parametrize("tolerance", [1e-4, 1e-7])
def test_states_between_its_steps_are_as_exact_as_their_ends(tolerance, steps):
    x0 = torch.linspace(0.2, 2, 9, dtype=torch.float64)[:, None]
    for alphas in (linear(steps), linear(steps)[::-1]):
        begin = x0 / (1 + alphas[0] ** 2 * x0)
        for alpha, x in Dopri5(tolerance, tolerance)(curved, begin, alphas):
            assert (x - x0 / (1 + alpha**2 * x0)).abs().max() < 20 * tolerance


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-7])
def test_it_does_about_as_much_as_scipys_and_is_about_as_exact(tolerance):
    x0, asked = starts(50), []

    def counted(x, alpha):
        asked.append(alpha[0].item())
        return CASE.field(x, alpha)

    def for_scipy(alpha, y):
        alphas = torch.full((50,), alpha, dtype=torch.float64)
        return CASE.field(torch.from_numpy(y.reshape(50, 2)), alphas).numpy().ravel()

    _, mine = final(Dopri5(tolerance, tolerance)(counted, x0, [0.0, 1.0]))
    theirs = solve_ivp(for_scipy, (0, 1), x0.numpy().ravel(), method="RK45", rtol=tolerance, atol=tolerance)
    errors = [np.abs(x.reshape(50, 2) - CASE.flow(x0).numpy()).max() for x in (mine.numpy(), theirs.y[:, -1])]
    assert errors[0] < 5 * errors[1]
    assert len(asked) == pytest.approx(theirs.nfev, rel=0.3)
    assert min(asked) >= 0
    assert max(asked) <= 1


@pytest.mark.parametrize("tolerance", [1e-4, 1e-7])
def test_its_states_are_torchdiffeqs_within_the_tolerance(tolerance):
    x0, there = torch.linspace(0.2, 2, 9, dtype=torch.float64)[:, None], linear(7)
    options = {"method": "dopri5", "rtol": tolerance, "atol": tolerance}
    theirs = odeint(lambda alpha, x: curved(x, alpha.expand(len(x))), x0, torch.tensor(there).double(), **options)
    for (_, mine), other in zip(Dopri5(tolerance, tolerance)(curved, x0, there), theirs, strict=True):
        assert torch.allclose(mine, other, rtol=0, atol=20 * tolerance)


def test_kept_states_cost_no_evaluations():
    def evaluations(steps):
        asked = []
        final(Dopri5(1e-6, 1e-6)(lambda x, alpha: asked.append(1) or CASE.field(x, alpha), starts(5), linear(steps)))
        return len(asked)

    assert evaluations(1) == evaluations(7) == evaluations(500)
    assert (evaluations(1) - 2) % 6 == 0  # two for the first length, then six a step


def test_dopri5_follows_the_field_without_numbers_in_float64():
    """As on a device that has none."""
    kinds = set()

    def in_float32(x, alpha):
        kinds.update((x.dtype, alpha.dtype))
        return CASE.field(x, alpha)

    x0 = starts()
    _, expected = final(Dopri5(1e-5, 1e-5)(CASE.field, x0, linear(4)))
    _, x1 = final(Dopri5(1e-5, 1e-5)(in_float32, x0.float(), linear(4)))
    assert kinds == {torch.float32}
    assert x1.dtype == torch.float32
    assert torch.allclose(x1.double(), expected, atol=1e-4)


def test_tolerances_that_cannot_be_kept_are_refused():
    def jumping(x, alpha):
        return torch.where(alpha[:, None] < 0.37, 0.0, 1000.0).expand_as(x)

    with pytest.raises(InputError, match=r"sampling\.rtol and atol: .* cannot be kept at α = 0\.370 in float32"):
        final(Dopri5(1e-12, 1e-12)(jumping, torch.ones(3, 2), [0.0, 1.0]))
    _, x1 = final(Dopri5(1e-3, 1e-3)(jumping, torch.ones(3, 2), [0.0, 1.0]))
    assert torch.allclose(x1, torch.full((3, 2), 631.0), rtol=1e-3)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_field_that_is_not_finite_ends_in_states_that_are_not(bad):
    def field(x, alpha):
        return torch.full_like(x, bad) if alpha[0] > 0.5 else torch.ones_like(x)

    states = list(Dopri5(1e-3, 1e-3)(field, torch.zeros(3, 2), linear(4)))
    assert len(states) == 5
    assert not states[-1][1].isfinite().any()


def test_a_schedule_of_the_start_alone_asks_nothing():
    x0 = torch.ones(2, 2)
    states = list(Dopri5()(lambda x, alpha: pytest.fail("asked"), x0, [0.5]))
    assert [(alpha, x is x0) for alpha, x in states] == [(0.5, True)]
