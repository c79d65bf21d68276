"""The exact density of blends on a grid, against closed forms and against quadrature."""

import numpy as np
import pytest
import torch
from torch.distributions import MixtureSameFamily, MultivariateNormal

from iadb_core.method.blended_grid import BlendedGrid, Grid
from iadb_core.method.exact import exact_field
from iadb_core.method.laws import Finite, Mixture, Normal, Pixels

NORMAL = Normal(0.2, 0.5)
TWO = Mixture((0.3, 0.7), ((-1.0, 0.0), (1.0, 0.5)), (((0.3, 0.0), (0.0, 0.2)), ((0.25, 0.1), (0.1, 0.2))))
GRID = Grid((-4.0, -4.0), 8.0, 64)


def blend_of(alpha):
    """The density of the blends of NORMAL and TWO, by another library."""
    means = (1 - alpha) * 0.2 + alpha * torch.tensor(TWO.means, dtype=torch.float64)
    covariances = (1 - alpha) ** 2 * 0.25 * torch.eye(2) + alpha**2 * torch.tensor(TWO.covariances, dtype=torch.float64)
    weights = torch.distributions.Categorical(torch.tensor(TWO.weights, dtype=torch.float64))
    return MixtureSameFamily(weights, MultivariateNormal(means, covariances))


@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.8, 1.0])
def test_of_normal_distributions_it_is_the_closed_form(alpha):
    found = BlendedGrid(NORMAL, TWO, GRID).at(alpha)
    fine = Grid(GRID.low, GRID.width, 256)
    theirs = blend_of(alpha).log_prob(torch.from_numpy(fine.centres())).exp().numpy().reshape(64, 4, 64, 4)
    assert found.density == pytest.approx(theirs.mean(axis=(1, 3)), abs=1e-3 * theirs.max())
    assert found.density.sum() * 0.125**2 == pytest.approx(1, abs=1e-6)


def test_the_field_is_that_of_the_closed_form_where_there_is_something():
    field = exact_field(NORMAL, TWO, (2,))
    for alpha in (0.1, 0.5, 0.7):
        found = BlendedGrid(NORMAL, TWO, Grid((-2.0, -2.0), 4.0, 128)).at(alpha)
        x = torch.from_numpy(Grid((-2.0, -2.0), 4.0, 128).centres())
        theirs = field(x, torch.full((len(x),), alpha)).numpy().reshape(128, 128, 2)
        bright = found.density > 0.02 * found.density.max()
        assert np.abs(found.field - theirs)[bright].max() < 0.02 * np.abs(theirs[bright]).max()


def picture(seed, size=128):
    x = np.linspace(0, 1, size)
    rng = np.random.default_rng(seed)
    heaps = [np.exp(-((x[:, None] - a) ** 2 + (x[None] - b) ** 2) / 0.01) for a, b in rng.uniform(0.25, 0.75, (4, 2))]
    return sum(heaps).round(2)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75])
def test_of_pictures_the_field_is_that_of_the_quadrature(alpha):
    left, right = Pixels(picture(0)), Pixels(picture(1))
    grid = Grid((0.0, 0.0), 1.0, 120)
    found = BlendedGrid(left, right, grid).at(alpha)
    assert found.density.mean() == pytest.approx(1, abs=1e-3)
    x = torch.from_numpy(grid.centres()).float()
    finer = [Pixels(law.values.repeat(2, 0).repeat(2, 1)) for law in (left, right)]  # the same, of more nodes
    theirs = exact_field(*finer, (2,))(x, torch.full((len(x),), alpha)).numpy().reshape(120, 120, 2)
    bright = found.density > 0.05 * found.density.max()
    apart = found.field[bright] - theirs[bright]
    assert np.sqrt(np.square(apart).mean()) < 1e-2 * np.sqrt(np.square(theirs[bright]).mean())


def test_at_both_ends_it_is_the_picture_itself():
    values = picture(0, 32)
    grid = BlendedGrid(Pixels(values), Pixels(picture(1, 32)), Grid((0.0, 0.0), 1.0, 32))
    expected = values * 1024 / values.sum()
    assert grid.density(0.0) == pytest.approx(expected, abs=0.02 * expected.max())
    assert np.array_equal(grid.density(0.3), grid.at(0.3).density)
    assert np.isfinite(grid.at(1.0).field).any()


def test_mass_that_lies_outside_is_not_there():
    half = BlendedGrid(NORMAL, NORMAL, Grid((0.2, -4.0), 8.0, 32)).at(0.5)
    assert half.density.sum() * 0.25**2 == pytest.approx(0.5, abs=1e-3)


def test_what_has_no_density_is_refused():
    with pytest.raises(ValueError, match="no density"):
        BlendedGrid(NORMAL, Finite(torch.zeros(3, 2)), GRID)
