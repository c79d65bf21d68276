from itertools import permutations
from math import sqrt

import numpy as np
import ot
import pytest
import torch

from iadb_core.method.assignment import drawn, least_cost, potentials, sinkhorn, squared_distances


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


def apart(n, far=0.0, dimensions=2):
    shifts = far * (torch.arange(n) % 3).double()[:, None]
    return squared_distances((points(1, n, dimensions).double() + shifts), points(1, n, dimensions, seed=1).double())


COSTS = {
    "of points": apart(300),
    "of clusters": apart(200, far=30.0),
    "of many coordinates": apart(128, dimensions=500),
    "with unequal classes": apart(150) + 1e6 * (torch.arange(150)[:, None] % 3 != torch.arange(150) % 3),
    "by chance": torch.rand(1, 100, 100, generator=generator(), dtype=torch.float64),
    "of one value": torch.ones(1, 80, 80, dtype=torch.float64),
    "of equal points": torch.zeros(1, 70, 70, dtype=torch.float64),
    "with one that is far from all": apart(90) + 1e12 * (torch.arange(90) == 7),
}


@pytest.mark.parametrize("name", COSTS)
def test_an_assignment_costs_what_that_of_another_library_does(name):
    cost = COSTS[name]
    partner = least_cost(cost)[0]
    assert sorted(partner.tolist()) == list(range(len(partner)))
    uniform = torch.ones(len(partner), dtype=torch.float64) / len(partner)
    found = float(cost[0][torch.arange(len(partner)), partner].mean())
    assert found == pytest.approx(float(ot.emd2(uniform, uniform, cost[0])), rel=1e-9, abs=1e-12)


def test_potentials_are_nearly_optimal():
    (cost,) = COSTS["of points"].numpy()
    rows, columns = potentials(cost)
    best = cost[np.arange(len(cost)), least_cost(torch.from_numpy(cost)[None])[0].numpy()].mean()
    feasible = columns + (cost - rows[:, None] - columns).min(axis=0)  # a bound from below, by duality
    assert rows.mean() + feasible.mean() == pytest.approx(best, rel=0.05)
    assert rows.mean() + feasible.mean() <= best


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
