"""Asking a model for points with given coordinates, in Python."""

import numpy as np
import pytest
import torch
from small import SIZES, network

from iadb_core import load
from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.face.trained import TrainedModel
from iadb_core.system.errors import InputError

MOONS = Distribution(name="moons", noise=0.1)


def model(told=True):
    settings = {"source": Gaussian().described(), "target": MOONS.described(), "precision": "float32"}
    if told:
        settings["condition"] = {"coordinates": {"which": [0]}}
    net = network("mlp", numbers=int(told)).eval()
    how = settings, 0, 60, torch.device("cpu"), torch.float32
    return TrainedModel(net, SIZES["mlp"], (Gaussian(), MOONS), (2,), *how)


def test_points_are_asked_for_by_coordinates_in_turn(tmp_path):
    told = model()
    assert told.columns == (0,)
    left, right = (told.sample(6, steps=2, coordinates=[[at]]) for at in (-1.0, 1.0))
    assert np.abs(left - right).max() > 1e-4
    mixed = told.sample(6, steps=2, coordinates=[[-1.0], [1.0]])
    assert mixed[0::2] == pytest.approx(left[0::2], abs=1e-6)
    assert mixed[1::2] == pytest.approx(right[1::2], abs=1e-6)
    assert np.array_equal(told.trajectory(6, steps=2, coordinates=[[-1.0], [1.0]])[-1], mixed)
    told.save(tmp_path / "model.pt")
    assert np.array_equal(load(tmp_path / "model.pt").sample(6, steps=2, coordinates=[[-1.0], [1.0]]), mixed)


def test_mistakes_are_told():
    for wrong, said in (
        ({}, "is told 1 coordinates of each point: give `coordinates`"),
        ({"coordinates": [[1.0, 2.0]]}, r"of shape \(1, 2\), not \(n, 1\)"),
        ({"coordinates": np.zeros((0, 1))}, r"\(0, 1\)"),
        ({"coordinates": [["x"]]}, "numbers"),
    ):
        with pytest.raises(InputError, match=said):
            model().sample(2, steps=1, **wrong)
    with pytest.raises(InputError, match=r"trained without `condition: \{coordinates"):
        model(told=False).sample(2, steps=1, coordinates=[[0.0]])
