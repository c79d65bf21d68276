import numpy as np
import pytest
import torch
from gaussians import Gaussians

from iadb_core.data.rejection import sample_density
from iadb_core.method.blending import blend, deblending_loss
from iadb_core.method.laws import Normal, Pixels
from iadb_core.method.linear import LinearField
from iadb_core.method.quadrature import plane_density

CASE = Gaussians(m0=0.4, s0=0.06, m1=0.55, s1=0.1)


def gaussian_moments(mean, std):
    return torch.full((2,), mean, dtype=torch.float64), std**2 * torch.eye(2, dtype=torch.float64)


def moments(*laws):
    densities = [plane_density(law) for law in laws]
    return [part for density in densities for part in (density.mean, density.covariance)]


def test_between_gaussians_the_best_linear_field_is_the_closed_form_and_so_is_its_loss():
    linear = LinearField(*gaussian_moments(CASE.m0, CASE.s0), *gaussian_moments(CASE.m1, CASE.s1))
    x = torch.rand(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    alpha = torch.linspace(0, 1, 50, dtype=torch.float64)
    assert (linear(x, alpha) - CASE.field(x, alpha)).abs().max() < 1e-9
    assert linear.loss() == pytest.approx(CASE.loss_floor(), rel=1e-6)


def test_the_best_linear_field_has_its_loss_between_any_densities_and_none_is_better():
    picture = np.zeros((16, 16))
    picture[2:6, 3:9], picture[10:14, 1:4] = 1.0, 0.5
    linear = LinearField(*moments(Pixels(picture), Normal(0.5, 0.1)))
    generator = torch.Generator().manual_seed(0)
    count = 200_000
    x0 = torch.from_numpy(sample_density(picture, count, np.random.default_rng(0))).double()
    x1 = 0.5 + 0.1 * torch.randn(count, 2, generator=generator, dtype=torch.float64)
    alpha = torch.rand(count, generator=generator, dtype=torch.float64)
    x = blend(x0, x1, alpha)
    loss = deblending_loss(linear(x, alpha), x0, x1).item() / (2 * count)
    assert linear.loss() == pytest.approx(loss, rel=0.01)
    for other in (linear(x, alpha) + 0.02, linear(x, alpha) * 1.1, linear(x + 0.02, alpha)):
        assert deblending_loss(other, x0, x1).item() / (2 * count) > loss
