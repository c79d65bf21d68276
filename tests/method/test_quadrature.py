import numpy as np
import pytest
import torch

from iadb_core.data.rejection import sample_density
from iadb_core.method.laws import Finite, Normal, Pixels
from iadb_core.method.quadrature import plane_density


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 8), (300, 200), (700, 600)])
def test_moments_are_those_of_points_drawn_from_the_picture(size):
    picture = np.random.default_rng(0).random(size) ** 4
    points = sample_density(picture / picture.max(), 100_000, np.random.default_rng(1)).astype(float)
    density = plane_density(Pixels(picture / picture.max()))
    assert density.mean.numpy() == pytest.approx(points.mean(axis=0), abs=0.004)
    assert density.covariance.numpy() == pytest.approx(np.cov(points.T), abs=0.002)
    assert 1000 < len(density.points) <= 2**16
    assert density.weights.sum() == pytest.approx(1, rel=1e-4)


def test_moments_of_a_normal_law_are_its_own_and_its_quadrature_has_them():
    density = plane_density(Normal(0.3, 0.2))
    assert density.mean.tolist() == pytest.approx([0.3, 0.3])
    assert density.covariance.numpy() == pytest.approx(0.04 * np.eye(2))
    points, weights = density.points.double(), density.weights.double()
    assert weights.sum().item() == pytest.approx(1, rel=1e-5)
    mean = weights @ points
    assert mean.tolist() == pytest.approx([0.3, 0.3], abs=1e-5)
    assert ((points - mean).T * weights @ (points - mean)).numpy() == pytest.approx(0.04 * np.eye(2), abs=1e-5)


def test_the_density_is_that_of_the_pixels_and_nothing_is_outside():
    picture = np.array([[0.25, 1.0, 0.0], [0.5, 0.0, 0.75]])
    law = plane_density(Pixels(picture))
    rows, columns = np.meshgrid([0.0, 0.3, 0.6, 0.99], [0.0, 0.2, 0.4, 0.7, 0.99], indexing="ij")
    found = law.density(torch.from_numpy(np.stack([rows, columns], axis=-1)))
    of_one = picture / picture.mean()  # over the unit square
    assert found.numpy() == pytest.approx(of_one[(rows * 2).astype(int), (columns * 3).astype(int)])
    outside = torch.tensor([[-0.01, 0.5], [1.01, 0.5], [0.5, -0.01], [0.5, 1.01], [9.0, -9.0]])
    assert law.density(outside).tolist() == [0] * 5


def test_the_density_of_a_normal_law_is_torchs():
    x = torch.rand(20, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    normal = torch.distributions.Normal(*torch.tensor([0.3, 0.2], dtype=torch.float64))
    exact = normal.log_prob(x).sum(dim=1).exp()
    assert torch.allclose(plane_density(Normal(0.3, 0.2)).density(x), exact, rtol=1e-9)


@pytest.mark.parametrize("law", [Normal(0.5, 0.1), Pixels(np.random.default_rng(0).random((3, 7)))])
def test_a_density_integrates_to_one(law):
    line = (torch.arange(420) + 0.5) / 420
    assert plane_density(law).density(torch.cartesian_prod(line, line)).mean().item() == pytest.approx(1, rel=1e-4)


def test_a_finite_law_has_no_density():
    assert plane_density(Finite(torch.zeros(5, 2))) is None
