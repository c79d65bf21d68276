"""Asking a model for a class, in Python."""

import numpy as np
import pytest
import torch
from small import SIZES, network

from iadb_core import load
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.face.trained import TrainedModel
from iadb_core.system.errors import InputError

NAMES = ("cat", "dog", "cow")
DIGITS = Dataset(name="digits", size=8)


@pytest.fixture
def told():
    """An untrained model of three classes."""
    settings = {
        "source": Gaussian().described(),
        "target": DIGITS.described(),
        "precision": "float32",
        "condition": {"label": {"drop": 0.1}},
        "classes": list(NAMES),
    }
    net = network("unet", classes=3).eval()
    how = settings, 0, 60, torch.device("cpu"), torch.float32
    return TrainedModel(net, SIZES["unet"], (Gaussian(), DIGITS), (1, 8, 8), *how)


def test_a_class_is_asked_for_by_name_and_several_in_turn(told):
    assert told.classes == NAMES
    cats, dogs, none = (told.sample(6, steps=2, clip=False, classes=name) for name in ("cat", "dog", None))
    assert np.abs(cats - dogs).max() > 1e-4
    assert np.abs(cats - none).max() > 1e-4
    mixed = told.sample(6, steps=2, clip=False, classes=["dog", "cat"])
    assert mixed[0::2] == pytest.approx(dogs[0::2], abs=1e-5)
    assert mixed[1::2] == pytest.approx(cats[1::2], abs=1e-5)
    states = told.trajectory(6, steps=2, clip=False, classes=["dog", "cat"])
    assert np.array_equal(states[-1], mixed)


def test_guidance_moves_samples_and_its_evaluations_are_counted(told):
    plain = told.sample(6, steps=2, clip=False, classes="cat")
    before = told.evaluations
    assert np.array_equal(told.sample(6, steps=2, clip=False, classes="cat", guidance=1), plain)
    assert told.evaluations - before == 12
    assert np.abs(told.sample(6, steps=2, clip=False, classes="cat", guidance=3) - plain).max() > 1e-4
    assert told.evaluations - before == 12 + 24


def test_a_file_keeps_its_classes(told, tmp_path):
    told.save(tmp_path / "model.pt")
    again = load(tmp_path / "model.pt")
    assert again.classes == NAMES
    assert np.array_equal(again.sample(4, steps=2, classes="cow"), told.sample(4, steps=2, classes="cow"))
    told.animate(tmp_path / "a.gif", 12, classes=NAMES, guidance=2, steps=2, size=64)
    assert (tmp_path / "a.gif").stat().st_size > 100


def test_mistakes_are_told(told):
    for wrong, said in (
        ({"classes": "hen"}, "hen unknown; there are cat, dog, cow"),
        ({"classes": 3}, "3 unknown; there are cat, dog, cow"),
        ({"classes": []}, "classes: name at least one"),
        ({"guidance": 2}, "guidance: is towards a class"),
        ({"classes": "cat", "guidance": -1}, "weight"),
    ):
        with pytest.raises(InputError, match=said):
            told.sample(2, steps=1, **wrong)
    plain = TrainedModel(
        network("unet").eval(),
        SIZES["unet"],
        (Gaussian(), DIGITS),
        (1, 8, 8),
        {},
        0,
        1,
        torch.device("cpu"),
        torch.float32,
    )
    assert plain.classes == ()
    with pytest.raises(InputError, match="trained without `condition`"):
        plain.sample(2, steps=1, classes="cat")
