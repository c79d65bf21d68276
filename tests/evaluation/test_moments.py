import numpy as np
import pytest
import torch
from gaussians import Gaussians
from small import model

from iadb_core.evaluation.metrics import MEAN, VARIANCE
from iadb_core.evaluation.moments import moment_figures
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Mixture, Normal
from iadb_core.method.schedules import linear
from iadb_core.sampling.sampler import Sampler, Way

CASE = Gaussians(m0=0.1, s0=1.0, m1=-0.1, s1=1.0)


def values(figures):
    return {figure.metric: (figure.value, figure.floor) for figure in figures}


def test_they_are_the_moments_of_the_ends_beside_those_of_the_target():
    ends = np.random.default_rng(0).normal([1.0, 3.0], [2.0, 4.0], (500, 2))
    found = values(moment_figures(Normal(2.0, 3.0), ends))
    assert found[MEAN] == (pytest.approx(ends.mean()), 2.0)
    covariance = np.cov(ends.T)
    assert found[VARIANCE] == (pytest.approx(np.trace(covariance) / 2), 9.0)


def test_of_another_target_there_are_none():
    mixture = Mixture((1.0,), ((0.0, 0.0),), (((1.0, 0.0), (0.0, 1.0)),))
    assert moment_figures(mixture, np.zeros((9, 2))) == moment_figures(None, np.zeros((9, 2))) == []


@pytest.mark.parametrize(("steps", "expected"), [(20, 0.87928), (100, 0.97462)])
@pytest.mark.parametrize("dimensions", [5, 50])
def test_eulers_steps_lose_as_much_variance_as_the_product_of_their_slopes_says(steps, expected, dimensions):
    """What a perfectly trained network scores by the protocol of Shi et al. 2023."""
    slopes = [1 + CASE.slope(number / steps) / steps for number in range(steps)]
    assert np.prod(np.square(slopes)) == pytest.approx(expected, abs=1e-5)
    begin = CASE.m0 + torch.randn(4000, dimensions, generator=torch.Generator().manual_seed(0))
    own = float(begin.double().var(dim=0).mean())
    way = Way(solver_of("euler"), linear(steps), 1000)
    ends = Sampler(model(CASE.field, (dimensions,)).field, way, torch.device("cpu")).ends(begin)
    found = values(moment_figures(Normal(CASE.m1, CASE.s1), ends.numpy()))
    assert found[VARIANCE][0] == pytest.approx(expected * own, rel=1e-4)
