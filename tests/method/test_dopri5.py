import torch
from gaussians import CASE, final, starts

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.method.solvers import dopri5
from iadb_core.method.solvers.dopri5 import Dopri5


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


def test_dopri5_also_follows_the_field_with_times_in_float32(monkeypatch):
    """As on a device without float64."""
    assert dopri5.precision_of_times(torch.device("mps")) == torch.float32
    x0 = starts().float()
    _, expected = final(Dopri5(1e-5, 1e-5)(CASE.field, x0, linear(4)))
    monkeypatch.setattr(dopri5, "precision_of_times", lambda device: torch.float32)
    _, x1 = final(Dopri5(1e-5, 1e-5)(CASE.field, x0, linear(4)))
    assert not torch.equal(x1, expected)
    assert torch.allclose(x1, expected, atol=1e-4)
