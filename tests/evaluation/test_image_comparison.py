import numpy as np
import pytest
from iadb_core.evaluation.measures import Comparison, Images, extractor_of, image_measures, memorisation, point_measures

from iadb_core.evaluation.classifier import train_classifier
from iadb_core.evaluation.floors import real_sets
from iadb_core.system.files import save_array

RANDOM = np.random.default_rng(0)
SETTINGS = {"floor_draws": 4, "projections": 32, "cells": 8, "neighbours": 3}
POINTS, DIGITS = {"picture": {}}, {"dataset": {"name": "digits", "size": 8, "scaling": [[0.5, 0.5]]}}


@pytest.fixture
def stored(tmp_path):
    """Writes samples to a file."""

    def write(name, samples):
        save_array(tmp_path / f"{name}.npy", samples)
        return str(tmp_path / f"{name}.npy")

    return write


def figures_of(comparison, measures, values):
    return {figure.metric: figure for figure in comparison.figures(measures, values)}


def test_points_of_the_density_score_the_floor_and_others_more(stored):
    held_out, train, good = (RANDOM.random((n, 2), np.float32) for n in (400, 900, 200))
    comparison = Comparison(POINTS, stored("held_out", held_out), stored("train", train), 200, SETTINGS, 0)
    measures = point_measures(held_out, np.ones((4, 4)), SETTINGS, 0)
    scored, bad = figures_of(comparison, measures, good), figures_of(comparison, measures, good / 2)
    names = ["W2 (with root)", "energy distance", "sliced W2 (with root)", "MMD (RBF, median bandwidth)"]
    assert list(scored) == [*names, "total variation"]
    for name, figure in scored.items():
        assert figure.value == pytest.approx(figure.floor, abs=6 * figure.floor_std), name
        assert bad[name].value > 2 * figure.value, name
        assert (figure.n, figure.split, figure.floor_split, figure.extractor) == (200, "held_out", "held_out", None)


def test_without_a_picture_there_is_no_total_variation_and_without_training_samples_no_memorisation(stored):
    comparison = Comparison({"gaussian": {}}, stored("held_out", RANDOM.normal(size=(90, 2))), None, 90, SETTINGS, 0)
    scored = figures_of(comparison, point_measures(comparison.held_out, None, SETTINGS, 0), np.ones((90, 2)))
    assert "total variation" not in scored
    assert comparison.draws.n == 45
    assert comparison.memorisation(np.ones((90, 2))) == []


@pytest.fixture(scope="module")
def classifier():
    images = RANDOM.random((60, 1, 8, 8), dtype=np.float32)
    return train_classifier(images, np.arange(60) % 3, steps=5, batch_size=20, learning_rate=0.01, seed=0)


def test_images_are_measured_as_true_pixels_and_by_what_the_classifier_sees(stored, classifier):
    held_out, train = (RANDOM.integers(0, 256, (n, 1, 8, 8), np.uint8) for n in (40, 70))
    files = stored("held_out", held_out), stored("train", train)
    comparison = Comparison(DIGITS, *files, 40, SETTINGS, 0, classifier)
    generated = (held_out / 255 * 2 - 1).astype(np.float32)
    scored = figures_of(comparison, image_measures(SETTINGS, 0), generated)
    assert scored["sliced W2 of pixels (with root)"].value == pytest.approx(0, abs=1e-6)
    assert scored["Fréchet distance (classifier)"].value == pytest.approx(0, abs=1e-5)
    assert scored["precision"].value == scored["recall"].value == scored["coverage"].value == 1
    assert scored["sliced W2 of pixels (with root)"].floor > 0.01
    assert scored["precision"].floor_split == "train"
    assert {figure.extractor for figure in scored.values()} == {None, "classifier"}
    assert len(scored) == 9
    mean, share = comparison.memorisation(generated)
    assert (mean.value, share.value) == pytest.approx((mean.floor, share.floor))
    mean, share = comparison.memorisation((train[:40] / 255 * 2 - 1).astype(np.float32))
    assert mean.value < 1e-5 < mean.floor
    assert (share.value, share.floor) == (1, pytest.approx(0.05, abs=0.03))
    assert (mean.split, mean.floor_split, mean.floor_is) == ("train", "held_out", "real samples")


def test_without_a_classifier_images_are_measured_by_their_pixels(stored):
    images = RANDOM.integers(0, 256, (50, 1, 8, 8), np.uint8)
    comparison = Comparison(DIGITS, stored("held_out", images), stored("train", images), 20, SETTINGS, 0)
    assert list(figures_of(comparison, image_measures(SETTINGS, 0), np.zeros((20, 1, 8, 8)))) == [
        "sliced W2 of pixels (with root)"
    ]


def test_too_few_images_for_neighbourhoods_leave_these_out(stored, classifier, caplog):
    images = RANDOM.integers(0, 256, (3, 1, 8, 8), np.uint8)
    comparison = Comparison(DIGITS, stored("held_out", images), stored("train", images), 3, SETTINGS, 0, classifier)
    scored = figures_of(comparison, image_measures(SETTINGS, 0), RANDOM.random((3, 1, 8, 8)))
    assert "precision" not in scored
    assert "confidence" in scored


def test_inception_features_give_their_own_distances():
    a, b = (Images(RANDOM.random((9, 1, 8, 8)), inception=RANDOM.normal(size=(9, 4))) for _ in range(2))
    found = {name for measure in image_measures(SETTINGS, 0) for name in measure(a, b)}
    assert {name for name in found if extractor_of(name) == "Inception"} == {
        "Fréchet distance (Inception)",
        "kernel distance, KID (Inception)",
    }


def test_memorisation_measures_each_image_by_its_nearest():
    train = RANDOM.random((30, 1, 4, 4))
    generated, held_out = train[:10] + 0.01, train[10:30] + 0.5
    draws = real_sets(10, 20, 30, 3, np.random.default_rng(0))
    found, share = memorisation(generated, held_out, train, draws)
    assert share.value == 1
    assert found.value == pytest.approx(0.04)
    expected = np.linalg.norm(held_out.reshape(20, 1, -1) - train.reshape(30, -1), axis=-1).min(axis=1)
    assert found.floor == pytest.approx(np.mean([expected[chosen].mean() for chosen, _ in draws.pairs]))
