import numpy as np
import pytest
import torch

from iadb_core.method.blended_grid import BlendedGrid, Grid
from iadb_core.method.densities import log_density
from iadb_core.method.exact import exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Mixture, Normal
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.density import flowing_density

SOURCE = Normal(0.0, 1.0)
TARGET = Mixture((0.5, 0.5), ((-1.5, 0.0), (1.5, 0.5)), (((0.3, 0.0), (0.0, 0.4)), ((0.3, 0.1), (0.1, 0.4))))
GRID = Grid((-5.0, -5.0), 10.0, 60)


def test_the_exact_flow_has_the_density_of_the_blends_at_every_alpha_and_keeps_its_mass():
    field, alphas, counted = exact_field(SOURCE, TARGET, (2,)), SCHEDULES["linear"](32), []
    shown = [0, 8, 20, 32]
    centres = torch.from_numpy(GRID.centres())
    found = flowing_density(
        field, solver_of("rk4"), alphas, shown, log_density(SOURCE), centres, counted.append
    ).reshape(4, 60, 60)
    assert sum(counted) == 4 * 3600
    blends = BlendedGrid(SOURCE, TARGET, GRID)
    for density, index in zip(found, shown, strict=True):
        exact = blends.density(alphas[index])
        assert density == pytest.approx(exact, abs=0.02 * exact.max())  # at the middle of a cell, not its mean
        assert density.mean() * 100 == pytest.approx(1, abs=2e-3)
    assert np.array_equal(found[0].flatten(), log_density(SOURCE)(centres).exp().numpy())
