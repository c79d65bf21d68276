import numpy as np
import pytest
import torch
from iadb_core.sampling.solver_table import sweep, ways

from iadb_core.networks import checkpoint
from iadb_core.networks import registry as networks
from iadb_core.sampling.sampler import Sampler

SAMPLING = {
    "solver": "euler",
    "schedule": "linear",
    "steps": 7,
    "rtol": 1e-5,
    "atol": 1e-5,
    "batch_size": 4,
    "count": 9,
}
SWEEP = {"solvers": ["euler", "heun", "rk4", "dopri5"], "nfe": [1, 2, 6, 8], "tolerances": [0.1, 0.001]}


@pytest.fixture
def sampler(tmp_path):
    sizes = {"width": 16, "hidden_layers": 2}
    network = networks.build("mlp", (2,), sizes, torch.Generator().manual_seed(0))
    description = {"name": "mlp", "shape": [2], "settings": sizes}
    checkpoint.save(tmp_path / "model.pt", network, description=description, settings={}, seed=0, steps=0)
    return Sampler(tmp_path / "model.pt", {"sampling": SAMPLING, "device": "cpu", "precision": "float32"})


def test_the_ways_are_whole_steps_of_every_solver():
    found = [(way["solver"], way["steps"], way["rtol"]) for way in ways(SWEEP, SAMPLING)]
    assert found == [
        *(("euler", steps, 1e-5) for steps in (1, 2, 6, 8)),
        *(("heun", steps, 1e-5) for steps in (1, 3, 4)),
        ("rk4", 2, 1e-5),
        ("dopri5", 1, 0.1),
        ("dopri5", 1, 0.001),
    ]


def test_evaluations_are_counted_and_the_starts_kept(sampler):
    begin = torch.rand(9, 2)
    kept, ends = begin.clone(), []
    rows = list(sweep(sampler, begin, SWEEP, SAMPLING, lambda values: ends.append(values) or {"sum": values.sum()}))
    assert [run.nfe for run, _ in rows[:8]] == [1, 2, 6, 8, 2, 6, 8, 8]
    assert rows[8][0].nfe <= rows[9][0].nfe
    assert [run.tolerance for run, _ in rows] == [None] * 8 + [0.1, 0.001]
    assert all(run.seconds > 0 and run.repeats > 1 for run, _ in rows)
    assert torch.equal(begin, kept)
    assert rows[7][1] == {"sum": ends[7].sum()}


def test_more_evaluations_come_nearer_to_the_same_ends(sampler):
    begin, ends = torch.rand(9, 2), []
    every = {"solvers": ["rk4", "euler"], "nfe": [400, 4, 40], "tolerances": []}
    list(sweep(sampler, begin, every, SAMPLING, lambda values: ends.append(values) or {}))
    best = ends[0]
    assert np.abs(ends[3] - best).max() < 1e-2
    assert np.abs(ends[4] - best).max() > np.abs(ends[5] - best).max() > np.abs(ends[3] - best).max()
