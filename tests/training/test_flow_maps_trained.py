"""Flow maps that are learnt without a teacher, beside the closed form between two Gaussians."""

import pytest
import torch
from gaussians import Gaussians, draw

import iadb_core as iadb
from iadb_core.method.flow_map import between

CASE = Gaussians(m0=-0.5, s0=0.5, m1=0.5, s1=1.0)
SPANS = [(0.0, 1.0), (0.0, 0.5), (0.5, 1.0), (0.2, 0.8), (0.7, 0.75)]


@pytest.mark.parametrize("objective", ["progressive", "lagrangian", "eulerian"])
def test_every_jump_of_a_map_that_was_its_own_teacher_is_that_of_the_exact_flow(objective):
    sides = iadb.Gaussian(mean=CASE.m1, std=CASE.s1), iadb.Gaussian(mean=CASE.m0, std=CASE.s0)
    network = iadb.MLP(width=64, hidden_layers=2, activation="silu")
    trained = {"steps": 3000, "batch_size": 512, "learning_rate": 0.005, "decay": "cosine", "ema": 0.99}
    model = iadb.train(*sides, network=network, objective={objective: {}}, alpha="arcsine", threads=1, **trained)
    x0, x1 = (x.float() for x in draw(CASE, 4000, torch.Generator().manual_seed(0)))
    for begin, end in SPANS:
        x = (1 - begin) * x0 + begin * x1
        times = torch.full((len(x),), begin), torch.full((len(x),), end)
        found = x + (end - begin) * model.field(x, between(*times))
        exact = CASE.jump(x, *times)
        error = (found - exact).square().mean().sqrt()
        assert error < 0.1 * (end - begin) + 0.01, (begin, end)
        assert error < 0.2 * (exact - x).square().mean().sqrt()
