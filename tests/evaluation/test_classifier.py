import numpy as np
import pytest
import torch
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.folder import Folder
from iadb_core.evaluation.classifier import (
    embed,
    hits,
    load_classifier,
    save_classifier,
    train_classifier,
    trained_classifier,
)
from iadb_core.evaluation.settings import ClassifierTraining
from iadb_core.networks.building import weights_hash
from iadb_core.system.errors import InputError

DIGITS = Dataset(name="digits", size=8)


@pytest.fixture(scope="module")
def digits():
    """((training images, labels), (held-out images, labels)), pixel values in [0, 1]."""
    parts = DIGITS.read("", 0)
    return [(part.samples.astype(np.float32) / 255, part.labels) for part in (parts.train, parts.held_out)]


def trained(images, labels, steps=150, seed=0, **options):
    return train_classifier(images, labels, steps=steps, batch_size=64, learning_rate=0.002, seed=seed, **options)


@pytest.fixture(scope="module")
def network(digits):
    return trained(*digits[0])


def test_it_learns_the_digits_that_it_never_saw(network, digits):
    assert hits(network, *digits[1]).mean() > 0.85


def test_stored_bytes_are_converted_a_batch_at_a_time(digits):
    images, labels = digits[0]
    converted = []

    def pixels(stored):
        converted.append(len(stored))
        return stored.astype(np.float32) / 255

    stored = DIGITS.read("", 0).train.samples
    network = trained(stored, labels, steps=5, pixels=pixels)
    assert converted == [64] * 5
    assert weights_hash(network) == weights_hash(trained(images, labels, steps=5))


def test_features_and_probabilities(network, digits):
    features, probabilities = embed(network, digits[1][0])
    assert (features.shape, probabilities.shape) == ((179, 64), (179, 10))
    assert np.abs(features.mean(axis=1)).max() < 1e-5
    assert features.var(axis=1) == pytest.approx(np.ones(179), rel=1e-3)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(179), rel=1e-5)
    every = np.repeat(digits[1][0], 5, axis=0)
    assert np.allclose(embed(network, every)[0][::5], features, atol=1e-5)


def test_the_same_seed_is_the_same_network_and_another_is_not(digits):
    hashes = [weights_hash(trained(*digits[0], steps=3, seed=seed)) for seed in (0, 0, 1)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert len(hashes[0]) == 16


def test_it_takes_colours_any_size_and_few_images():
    images = np.random.default_rng(0).random((5, 3, 24, 24), dtype=np.float32)
    network = trained(images, np.array([0, 1, 2, 1, 0]), steps=2)
    assert embed(network, images)[1].shape == (5, 3)


def test_it_is_saved_and_loaded_and_the_hash_is_of_its_weights(network, digits, tmp_path):
    save_classifier(tmp_path / "classifier.pt", network)
    loaded = load_classifier(tmp_path / "classifier.pt")
    assert weights_hash(loaded) == weights_hash(network)
    assert np.array_equal(embed(loaded, digits[1][0])[0], embed(network, digits[1][0])[0])
    with torch.no_grad():
        loaded.out.bias[0] += 1e-6
    assert weights_hash(loaded) != weights_hash(network)


@pytest.mark.parametrize("content", [None, b"", b"rubbish", {"format": "other"}, [1], {"format": "iadb-classifier-1"}])
def test_anything_else_is_refused(tmp_path, content):
    path = tmp_path / "classifier.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(InputError, match=r"classifier\.pt is not a readable classifier.*delete it"):
        load_classifier(path)


@pytest.mark.parametrize("scaling", [(0.5, 0.5), (0.3, 0.2)])
def test_the_classifier_of_a_density_sees_true_pixels_whatever_its_scaling(digits, scaling):
    own = Dataset(name="digits", size=8, scaling=[scaling])
    found, summary = trained_classifier(own, "", 0, ClassifierTraining(steps=20, learning_rate=0.002))
    expected = trained(*digits[0], steps=20)
    x, y = (embed(network, digits[1][0])[1] for network in (found, expected))
    assert np.allclose(x, y, atol=1e-3)
    validation = DIGITS.read("", 0).validation
    unseen = [(validation.samples.astype(np.float32) / 255, validation.labels), digits[1]]
    right = np.concatenate([hits(expected, *part) for part in unseen])
    assert summary["accuracy"] == pytest.approx(right.mean(), abs=0.01)
    assert (summary["held_out_images"], summary["classes"]) == (2 * 179, 10)
    assert 0.05 < summary["most_frequent_class"] < 0.15
    assert sum(summary["training_images_of_class"].values()) == 1439
    shares = [summary["accuracy_of_class"][str(digit)] for digit in range(10)]
    truth = np.concatenate([part[1] for part in unseen])
    assert np.average(shares, weights=np.bincount(truth)) == pytest.approx(summary["accuracy"])
    assert summary["weights_hash"] == weights_hash(found)


def test_a_folder_of_classes_has_a_classifier_of_its_own(tmp_path):
    random = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 100)):
        (tmp_path / name).mkdir()
        for number in range(40):
            Image.fromarray(random.integers(low, low + 120, (12, 20), np.uint8)).save(tmp_path / name / f"{number}.png")
    folder = Folder(path=str(tmp_path), size=8, width=16)
    folder = folder.with_found(folder.found())
    network, summary = trained_classifier(folder, "", 0, ClassifierTraining(steps=60, learning_rate=0.002))
    assert summary["accuracy"] == 1
    assert summary["accuracy_of_class"] == {"dark": 1, "light": 1}
    assert summary["held_out_images"] == 16
    assert embed(network, np.zeros((3, 1, 8, 16), np.float32))[1].argmax(axis=1).tolist() == [0, 0, 0]


def test_classes_that_cannot_be_told_apart_are_warned_of(tmp_path, caplog):
    random = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(40):
            Image.fromarray(random.integers(0, 256, (8, 8), np.uint8)).save(tmp_path / name / f"{number}.png")
    folder = Folder(path=str(tmp_path), size=8)
    trained_classifier(folder.with_found(folder.found()), "", 0, ClassifierTraining(steps=5))
    assert "does not tell the classes apart" in caplog.text
