import numpy as np
import pytest
import torch
from gaussians import Gaussians

from iadb_core.evaluation.paths import PathMeter, path_energy_error, root_mean_square
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import SCHEDULES
from iadb_core.system.errors import InputError

CASE = Gaussians(m0=0.0, s0=1.0, m1=2.0, s1=0.5)


def paths(alphas, states, batches=3):
    """The paths of states that come in batches, one after the other."""
    meter = PathMeter(alphas)
    for part in zip(*(state.tensor_split(batches) for state in states), strict=True):
        for index, x in enumerate(part):
            meter.update(index, x)
    return meter.paths()


def states(field, x0, alphas):
    return [x for _, x in solver_of("rk4")(field, x0, alphas)]


def noise(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_straight_paths_cost_what_they_move_and_have_no_other_energy(schedule):
    alphas, x0 = SCHEDULES[schedule](8), noise(50, 1, 4, 4).float()
    measured = paths(alphas, states(lambda x, a: torch.full_like(x, 0.5), x0, alphas))
    assert measured.transport_cost == pytest.approx(16 * 0.25, rel=1e-5)
    assert measured.path_energy == pytest.approx(16 * 0.25, rel=1e-5)
    assert measured.straightness == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_between_gaussians_they_are_the_closed_form(schedule):
    alphas = SCHEDULES[schedule](256)
    x0 = CASE.m0 + CASE.s0 * noise(200_000, 1)
    measured = paths(alphas, states(CASE.field, x0, alphas))
    # the flow is m(α) + σ(α)·z with m = (1 − α)m₀ + αm₁, σ² = (1 − α)²s₀² + α²s₁²
    fine = np.linspace(0, 1, 100_001)
    sigma = np.hypot((1 - fine) * CASE.s0, fine * CASE.s1)
    slope = (fine * CASE.s1**2 - (1 - fine) * CASE.s0**2) / sigma
    cost = (CASE.m1 - CASE.m0) ** 2 + (CASE.s1 - CASE.s0) ** 2
    energy = (CASE.m1 - CASE.m0) ** 2 + np.trapezoid(slope**2, fine)
    assert measured.transport_cost == pytest.approx(cost, rel=0.01)
    assert measured.path_energy == pytest.approx(energy, rel=0.01)
    assert measured.straightness == pytest.approx(energy - cost, rel=0.05)
    assert path_energy_error(measured.path_energy, np.sqrt(cost)) == pytest.approx(energy / cost - 1, abs=0.01)


def test_straightness_is_the_mean_squared_distance_of_velocities_from_the_chord():
    alphas = SCHEDULES["cosine"](5)
    x = list(noise(len(alphas), 20, 3))
    steps = np.diff(alphas)
    expected = sum(
        d * ((x[-1] - x[0]) - (x[i + 1] - x[i]) / d).square().sum(dim=1).mean().item() for i, d in enumerate(steps)
    )
    assert paths(alphas, x).straightness == pytest.approx(expected, rel=1e-9)


def test_the_root_of_the_mean_square_is_over_all_coordinates():
    assert root_mean_square(torch.zeros(5, 1, 2, 2), torch.full((5, 1, 2, 2), 3.0)) == pytest.approx(3)


def test_starts_that_are_the_target_have_no_normalised_path_energy_error():
    with pytest.raises(InputError, match="the starts are the samples of the target"):
        path_energy_error(1.0, 0.0)
