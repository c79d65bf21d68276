from itertools import permutations
from math import sqrt

import ot
import pytest
import torch

from iadb_core.method.assignment import drawn, least_cost, sinkhorn, squared_distances


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def points(*shape, seed=0):
    return torch.randn(*shape, generator=generator(seed))


def test_squared_distances_are_those_of_all_coordinates():
    x0, x1 = points(3, 5, 2, 4), points(3, 6, 2, 4, seed=1)
    found = squared_distances(x0, x1)
    assert found.shape == (3, 5, 6)
    assert found[1, 2, 3] == pytest.approx(float((x0[1, 2] - x1[1, 3]).square().sum()), rel=1e-5)


def test_an_assignment_has_the_least_cost_of_all_permutations():
    cost = torch.rand(8, 6, 6, generator=generator())
    for one, partner in zip(cost, least_cost(cost), strict=True):
        best = min(sum(one[i, j] for i, j in enumerate(order)) for order in permutations(range(6)))
        assert sorted(partner.tolist()) == list(range(6))
        assert one[torch.arange(6), partner].sum() == pytest.approx(float(best), abs=1e-6)


@pytest.mark.parametrize("regularisation", [0.01, 0.05, 0.5])
def test_a_plan_with_entropy_is_that_of_another_library(regularisation):
    cost = squared_distances(points(2, 30, 2), points(2, 30, 2, seed=1)).double()
    for one, log_plan in zip(cost, sinkhorn(cost, regularisation), strict=True):
        uniform = torch.ones(30, dtype=torch.float64) / 30
        theirs = 30 * ot.sinkhorn(
            uniform, uniform, one, regularisation * one.mean(), method="sinkhorn_log", numItermax=20_000, warn=False
        )
        plan = log_plan.exp()
        assert torch.allclose(plan.sum(1), torch.ones(30, dtype=torch.float64), atol=1e-2)
        assert torch.allclose(plan.sum(0), torch.ones(30, dtype=torch.float64), atol=1e-9)
        assert (plan - theirs).abs().max() < 5e-3


def test_columns_are_drawn_as_often_as_the_plan_has_it():
    plan = torch.tensor([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    found = drawn(plan.log().expand(20_000, 3, 3), generator())
    share = torch.stack([(found == column).float().mean(0) for column in range(3)], dim=1)
    assert (share - plan).abs().max() < 4 * sqrt(0.25 / 20_000)
