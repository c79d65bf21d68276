"""The likelihood of samples under a trained model, in Python."""

import math

import numpy as np
import pytest
import torch
from small import SIZES, Given, network

import iadb_core as iadb
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.distribution import Component, Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.given import GivenPoints
from iadb_core.face.trained import TrainedModel
from iadb_core.method.exact import exact_field
from iadb_core.system.errors import InputError

HEAP = Distribution(name="gaussian_mixture", components=[Component(mean=[1.0, 2.0], std=0.5)])


def model(net, target, shape, sizes="mlp", source=None, **told):
    both = (source or Gaussian(), target)
    settings = {"source": both[0].described(), "target": target.described(), "precision": "float32", **told}
    how = settings, 0, 60, torch.device("cpu"), torch.float32
    return TrainedModel(net.eval(), SIZES[sizes], both, shape, *how)


def test_of_points_it_is_that_of_the_flow():
    flow = model(Given(exact_field(Gaussian().law(), HEAP.law(), (2,))), HEAP, (2,))
    x = np.random.default_rng(0).normal(size=(50, 2)) * 0.5 + [1, 2]
    expected = -np.square((x - [1, 2]) / 0.5).sum(1) / 2 - math.log(2 * math.pi * 0.25)
    assert flow.log_likelihood(x, solver="rk4", steps=64) == pytest.approx(expected, abs=1e-4)
    assert flow.log_likelihood(x, solver="dopri5", tolerance=1e-7) == pytest.approx(expected, abs=1e-4)


def test_of_points_of_a_table_it_is_in_its_own_units(tmp_path):
    rows = np.random.default_rng(0).normal(size=(300, 2)) * [3.0, 0.1] + [5.0, -1.0]
    np.savetxt(tmp_path / "table.csv", rows, delimiter=",", header="a,b", comments="")
    table = iadb.Points(path=str(tmp_path / "table.csv"), standardise=True)
    table = table.with_found(table.found())
    flow = model(Given(lambda x, alpha: torch.zeros_like(x)), table, (2,))
    standard = (rows - rows.mean(0)) / rows.std(0)
    expected = -np.square(standard).sum(1) / 2 - math.log(2 * math.pi) - np.log(rows.std(0)).sum()
    assert flow.log_likelihood(rows) == pytest.approx(expected, abs=1e-4)
    assert flow.reverse(rows, steps=2) == pytest.approx(standard, abs=1e-5)  # points are taken as they are given


def test_of_images_it_is_a_density_of_pixel_values():
    digits = Dataset(name="digits", size=8)
    flow = model(Given(lambda x, alpha: 0 * x), digits, (1, 8, 8), "unet")
    images = np.full((3, 1, 8, 8), 0.75, np.float32)  # 0.5 to the network
    expected = 64 * (-(0.5**2) / 2 - math.log(2 * math.pi) / 2 + math.log(2))
    assert flow.log_likelihood(images, steps=2) == pytest.approx([expected] * 3, rel=1e-5)
    learnt = model(network("unet"), digits, (1, 8, 8), "unet")
    some = [learnt.log_likelihood(images, steps=2, probes=2, seed=seed) for seed in (0, 0, 1)]
    assert np.array_equal(some[0], some[1])
    assert not np.array_equal(some[0], some[2])


def test_a_class_is_told():
    told = model(network("mlp", classes=2), HEAP, (2,), condition={"label": {"drop": 0.1}}, classes=["a", "b"])
    x = np.zeros((4, 2))
    found = [told.log_likelihood(x, steps=2, classes=name) for name in ("a", "b", None)]
    assert np.abs(found[0] - found[1]).max() > 1e-6
    mixed = told.log_likelihood(x, steps=2, classes=["a", "b"])
    assert mixed[1::2] == pytest.approx(found[1][1::2])


def test_mistakes_are_told(tmp_path):
    flow = model(network("mlp"), HEAP, (2,))
    mistakes = (({"solver": "map"}, "map jumps"), ({"step": 3}, "step: unknown"), ({"steps": 0}, "steps"))
    for wrong, said in mistakes:
        with pytest.raises(InputError, match=said):
            flow.log_likelihood(np.zeros((2, 2)), **wrong)
    unknown = model(network("mlp"), HEAP, (2,), source=GivenPoints(dimension=2))
    with pytest.raises(InputError, match="the source has no density that is known"):
        unknown.log_likelihood(np.zeros((2, 2)))
