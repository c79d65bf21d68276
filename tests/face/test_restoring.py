"""Restoring images with a model, in Python."""

import numpy as np
import pytest
import torch
from small import SIZES, network

from iadb_core import load
from iadb_core.data.conditions import Condition
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.face.trained import TrainedModel
from iadb_core.system.errors import InputError

DIGITS = Dataset(name="digits", size=8, margin=0)
IMAGES = np.random.default_rng(0).random((5, 1, 8, 8)).astype(np.float32)


def restoring(degradation, channels):
    """An untrained model that restores images."""
    settings = {
        "source": Gaussian().described(),
        "target": DIGITS.described(),
        "precision": "float32",
        "condition": Condition.model_validate({"degradation": degradation}).canonical(),
    }
    net = network("unet", channels=channels).eval()
    how = settings, 0, 60, torch.device("cpu"), torch.float32
    return TrainedModel(net, SIZES["unet"], (Gaussian(), DIGITS), (1, 8, 8), *how)


def test_images_lose_what_a_model_was_trained_to_find():
    model = restoring({"box": {"size": 4}}, 2)
    pixels, masks = model.degrade(IMAGES)
    assert np.allclose(pixels, IMAGES * masks, atol=1e-6)
    assert masks.sum() == 5 * 48
    again, _ = restoring({"downsampling": {"factor": 4}}, 1).degrade(IMAGES)
    assert np.allclose(again, IMAGES.reshape(5, 1, 2, 4, 2, 4).mean(axis=(3, 5)), atol=1e-6)


def test_there_are_as_many_answers_as_asked_for_and_what_is_lost_does_not_matter():
    model = restoring({"box": {"size": 4}}, 2)
    pixels, masks = model.degrade(IMAGES)
    answers = model.restore(pixels, masks, answers=3, steps=2, clip=False)
    assert answers.shape == (3, 5, 1, 8, 8)
    assert np.abs(answers[0] - answers[1]).max() > 1e-3
    assert model.evaluations == 30
    scribbled = pixels + (1 - masks) * 0.7
    assert np.array_equal(model.restore(scribbled, masks, answers=3, steps=2, clip=False), answers)
    assert np.array_equal(model.restore(scribbled, masks[:1], answers=3, steps=2, clip=False), answers)
    other = model.restore(1 - pixels, masks, answers=3, steps=2, clip=False)
    assert np.abs(other - answers).max() > 1e-3
    assert model.restore(pixels, masks, steps=2).min() >= 0


def test_a_file_keeps_what_it_restores(tmp_path):
    model = restoring({"blur": {"std": 0.7, "noise": 0.1}}, 1)
    model.save(tmp_path / "model.pt")
    again, (pixels, masks) = load(tmp_path / "model.pt"), model.degrade(IMAGES, seed=3)
    assert masks is None
    assert again.degradation == model.degradation
    assert np.array_equal(again.degrade(IMAGES, seed=3).pixels, pixels)
    assert np.array_equal(again.restore(pixels, steps=2), model.restore(pixels, steps=2))


def test_what_does_not_fit_is_told():
    box, small = restoring({"box": {"size": 4}}, 2), restoring({"downsampling": {"factor": 4}}, 1)
    pixels, masks = box.degrade(IMAGES)
    for wrong, said in (
        (lambda: box.restore(pixels), "masks: say which pixels are seen"),
        (lambda: small.restore(IMAGES), "degraded images are of .1, 2, 2. to this model; found .1, 8, 8."),
        (lambda: small.restore(IMAGES[:, :, :2, :2], masks), "masks: a downsampling loses no pixels"),
        (lambda: box.restore(pixels, masks[:3]), "masks: one of 8×8 pixels, or one for each of 5 images; found .3, 1"),
        (lambda: box.restore(pixels, masks[..., :4]), "masks: one of 8×8 pixels"),
        (lambda: box.restore(pixels, "centre"), "masks: one of 8×8 pixels"),
        (lambda: box.restore(pixels, masks * 255), "masks: 0 where a pixel is lost .* found up to 255"),
        (lambda: box.sample(2, steps=2), "this model restores images: it needs degraded ones"),
        (lambda: box.reverse(IMAGES, steps=2), "this model restores images: it needs degraded ones"),
        (lambda: box.sample(2, classes="cat"), "trained without `condition`"),
    ):
        with pytest.raises(InputError, match=said):
            wrong()
    plain = TrainedModel(
        network("unet").eval(),
        SIZES["unet"],
        (Gaussian(), DIGITS),
        (1, 8, 8),
        {"source": {}, "target": {}, "precision": "float32"},
        0,
        60,
        torch.device("cpu"),
        torch.float32,
    )
    with pytest.raises(InputError, match="so it restores nothing"):
        plain.restore(pixels, masks)
