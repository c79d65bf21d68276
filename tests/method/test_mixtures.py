import numpy as np
import pytest
import torch
from gaussians import Gaussians

from iadb_core.method.blending import blend
from iadb_core.method.exact import exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Mixture, Normal
from iadb_core.method.mixtures import MixtureField, components
from iadb_core.method.quadrature import plane_density
from iadb_core.method.schedules import linear

CASE = Gaussians(m0=0.4, s0=0.06, m1=0.55, s1=0.1)
TILTED = ((0.05, 0.03), (0.03, 0.04))
ROUND = ((0.02, 0.0), (0.0, 0.02))
TWO = Mixture((0.3, 0.7), ((0.0, 1.0), (1.5, -0.5)), (TILTED, ROUND))
THREE = Mixture((0.2, 0.3, 0.5), ((2.0, 2.0), (-1.0, 0.0), (0.0, -2.0)), (ROUND, TILTED, ROUND))


def drawn(law, count, seed):
    """Samples of a mixture, by NumPy."""
    random = np.random.default_rng(seed)
    which = random.choice(len(law.weights), count, p=law.weights)
    every = [random.multivariate_normal(*own, count) for own in zip(law.means, law.covariances, strict=True)]
    return torch.from_numpy(np.stack(every)[which, np.arange(count)])


@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_between_two_normal_distributions_it_is_the_closed_form(dimension):
    field = exact_field(Normal(CASE.m0, CASE.s0), Normal(CASE.m1, CASE.s1), (dimension,))
    assert isinstance(field, MixtureField)
    x = torch.linspace(0.2, 0.8, 12 * dimension).double().view(12, dimension)
    for alpha in (0.0, 0.3, 0.9, 1.0):
        alphas = torch.full((12,), alpha).double()
        assert field(x, alphas) == pytest.approx(CASE.field(x, alphas), abs=1e-10)


@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.85])
def test_between_mixtures_it_is_what_many_blended_pairs_say(alpha):
    field = exact_field(TWO, THREE, (2,))
    x0, x1 = drawn(TWO, 400_000, 1), drawn(THREE, 400_000, 2)
    x = blend(x0, x1, torch.full((len(x0),), alpha).double())
    for place in x[:6]:
        near = (x - place).norm(dim=1) < 0.08
        differences = (x1 - x0)[near]
        error = differences.std(dim=0) / near.sum() ** 0.5
        found = field(x[near], torch.full((int(near.sum()),), alpha).double()).mean(dim=0)
        assert ((found - differences.mean(dim=0)).abs() < 5 * error + 1e-3).all()


def test_it_agrees_with_quadrature_in_the_plane():
    from iadb_core.method.exact import PlaneField

    closed, summed = exact_field(TWO, THREE, (2,)), PlaneField(plane_density(TWO), plane_density(THREE))
    x = blend(drawn(TWO, 300, 1), drawn(THREE, 300, 2), torch.full((300,), 0.4).double()).float()
    alpha = torch.full((300,), 0.4)
    assert (closed(x, alpha) - summed(x, alpha)).abs().median() < 5e-3
    assert summed.linear.loss() == pytest.approx(closed.linear.loss(), rel=1e-6)


def test_followed_it_ends_in_the_target():
    begin = drawn(TWO, 4000, 3)
    *_, (_, ends) = solver_of("rk4")(exact_field(TWO, THREE, (2,)), begin, linear(64))
    real = drawn(THREE, 4000, 4)
    assert ends.mean(dim=0) == pytest.approx(real.mean(dim=0), abs=0.1)
    assert torch.cov(ends.T) == pytest.approx(torch.cov(real.T), abs=0.15)
    nearest = torch.cdist(ends, torch.tensor(THREE.means).double()).argmin(dim=1)
    assert torch.bincount(nearest) / 4000 == pytest.approx(torch.tensor(THREE.weights), abs=0.03)


def test_the_moments_are_those_of_samples():
    whole, points = components(THREE, 2), drawn(THREE, 400_000, 5)
    assert whole.mean == pytest.approx(points.mean(dim=0), abs=0.02)
    assert whole.covariance == pytest.approx(torch.cov(points.T), abs=0.03)


def test_other_laws_and_other_dimensions_are_no_mixture():
    assert components(THREE, 3) is None
    assert exact_field(THREE, Normal(0.0, 1.0), (3,)) is None


def test_many_places_are_taken_in_blocks(monkeypatch):
    from iadb_core.method import mixtures

    field, x, alpha = exact_field(TWO, THREE, (2,)), torch.rand(50, 2), torch.rand(50)
    whole = field(x, alpha)
    monkeypatch.setattr(mixtures, "NUMBERS_AT_ONCE", 100)
    assert torch.allclose(field(x, alpha), whole)
    assert whole.dtype == torch.float32


def test_at_one_alpha_for_all_it_is_the_same_as_at_several():
    field = exact_field(TWO, THREE, (2,))
    x, alphas = torch.randn(30, 2, generator=torch.Generator().manual_seed(0)).double(), torch.full((30,), 0.3).double()
    several = torch.cat([alphas, torch.tensor([0.9]).double()])
    assert field(x, alphas) == pytest.approx(field(torch.cat([x, x[:1]]), several)[:30], abs=1e-12)
    assert field(x[:0], alphas[:0]).shape == (0, 2)
