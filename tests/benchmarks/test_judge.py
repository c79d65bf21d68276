"""The second judge of images."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from benchmarks import judge
from benchmarks.judge import ResNet18, second_judge
from iadb_core.evaluation.classifier import embed


def test_its_features_are_those_before_the_last_layer_of_torchvisions_network():
    torch.manual_seed(0)
    network = ResNet18(10).eval()
    from torchvision.models import resnet18  # imported as it must be

    torch.manual_seed(0)
    theirs = resnet18(num_classes=10).eval()
    images = torch.rand(3, 1, 32, 32)
    with torch.inference_mode():
        assert network.features(images).shape == (3, 512)
        seen = (2 * images - 1).repeat(1, 3, 1, 1)
        assert torch.equal(network(images), theirs(seen))


def test_it_learns_the_classes_and_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "STEPS", 60)
    digits = load_digits()
    images, labels = digits.images[:, None].astype(np.float32) / 16, digits.target
    one = second_judge(tmp_path, images[:1400], labels[:1400], np.asarray)
    features, probabilities = embed(one, images[1400:])
    assert (probabilities.argmax(axis=1) == labels[1400:]).mean() > 0.8
    monkeypatch.setattr(judge, "fit", lambda *given, **named: pytest.fail("it is trained already"))
    again, _ = embed(second_judge(tmp_path, images[:1400], labels[:1400], np.asarray), images[1400:])
    assert np.array_equal(features, again)
