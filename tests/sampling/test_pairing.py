import numpy as np
import pytest
import torch
from gaussians import CASE
from small import model

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.given import GivenPoints
from iadb_core.sampling.pairing import kept, made_pairs
from iadb_core.system.arrays import save_array
from iadb_core.training.couplings import ModelPairs

SOURCE = Gaussian(mean=CASE.m0, std=CASE.s0)


def settings(**own):
    return ModelPairs(**{"from": "other", "count": 100, "batch_size": 16, "steps": 64, **own})


def test_each_start_is_paired_with_where_the_field_carries_it():
    made = made_pairs(model(CASE.field), settings(), SOURCE, [], None, 0)
    assert made.x0.shape == made.x1.shape == (100, 2)
    assert np.allclose(made.x1, CASE.flow(torch.from_numpy(made.x0)), atol=5e-3)
    assert not made.errors.any()
    assert not made.labels.any()


def test_shards_are_parts_of_the_whole():
    whole = made_pairs(model(CASE.field), settings(), SOURCE, [], None, 3)
    parts = [made_pairs(model(CASE.field), settings(), SOURCE, [], None, 3, (number, 3)) for number in (1, 2, 3)]
    assert [len(part.x0) for part in parts] == [48, 48, 4]
    for side in ("x0", "x1"):
        assert np.array_equal(np.concatenate([getattr(part, side) for part in parts]), getattr(whole, side))
    other = made_pairs(model(CASE.field), settings(), SOURCE, [], None, 4)
    assert not np.array_equal(other.x0, whole.x0)


def test_no_start_is_taken_twice_of_what_is_stored(tmp_path):
    points = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    save_array(tmp_path / "train.npy", points)
    made = made_pairs(model(CASE.field), settings(), GivenPoints(dimension=2), [str(tmp_path / "train.npy")], None, 0)
    assert sorted(map(tuple, made.x0)) == sorted(map(tuple, points))


def test_errors_are_how_far_pairs_are_from_where_they_began():
    coarse = made_pairs(model(CASE.field), settings(keep=0.5, solver="euler", steps=2), SOURCE, [], None, 0)
    fine = made_pairs(model(CASE.field), settings(keep=0.5, solver="rk4", steps=32), SOURCE, [], None, 0)
    assert coarse.errors.min() > 0
    assert fine.errors.max() < 1e-4 < coarse.errors.mean()


@pytest.mark.parametrize(("keep", "rows"), [(1.0, [0, 1, 2, 3]), (0.5, [1, 3]), (0.25, [1]), (0.01, [1])])
def test_the_pairs_with_the_least_errors_are_kept_in_their_order(keep, rows):
    assert kept(np.array([0.4, 0.1, 0.3, 0.2]), keep).tolist() == rows
