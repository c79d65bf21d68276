import numpy as np
import pytest
from every_metric import every

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.evaluation.classifier import embed, train_classifier
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.floors import real_sets
from iadb_core.evaluation.image_comparison import ImageComparison, SeenImages, memorisation
from iadb_core.evaluation.metrics import (
    CLASS_ACCURACY,
    CLASSIFIER,
    CONFIDENCE,
    COVERAGE,
    FRECHET,
    INCEPTION,
    KID,
    PRECISION,
    RECALL,
    SLICED_W2_PIXELS,
)
from iadb_core.evaluation.settings import Evaluation
from iadb_core.networks.building import weights_hash
from iadb_core.system.arrays import save_array

SETTINGS = Evaluation(floor_draws=4, projections=32, neighbours=3)
DIGITS = Dataset(name="digits", size=8)


@pytest.fixture
def random():
    """The same numbers in each test."""
    return np.random.default_rng(0)


@pytest.fixture
def compared(tmp_path):
    """Makes a comparison of held-out and training images."""

    def made(held_out, train, count, split="held_out", **seen_by):
        for name, images in (("held_out", held_out), ("train", train)):
            save_array(tmp_path / f"{name}.npy", images)
        files = str(tmp_path / "held_out.npy"), str(tmp_path / "train.npy")
        return ImageComparison(RealSamples(DIGITS, *files, split), count, SETTINGS, 0, **seen_by)

    return made


class Halves:
    """In the place of Inception: it sees the mean of each half of an image."""

    network = None

    def features(self, images):
        return images[:].reshape(len(images), 2, -1).mean(axis=-1)


def stored_images(random, count):
    return random.integers(0, 256, (count, 1, 8, 8), np.uint8)


def figures_of(comparison, values):
    return {figure.metric: figure for figure in comparison.figures(values)}


def seen_by(extractor):
    """All metrics of what a network sees of samples that were not asked for by class."""
    return {metric for metric in every() if metric.extractor == extractor} - {CLASS_ACCURACY}


@pytest.fixture(scope="module")
def classifier():
    images = np.random.default_rng(1).random((60, 1, 8, 8), dtype=np.float32)
    return train_classifier(images, np.arange(60) % 3, steps=5, batch_size=20, learning_rate=0.01, seed=0)


def test_images_are_measured_as_true_pixels_and_by_what_the_classifier_sees(compared, classifier, random):
    held_out, train = (stored_images(random, n) for n in (40, 70))
    comparison = compared(held_out, train, 40, classifier=classifier)
    generated = (held_out / 255 * 2 - 1).astype(np.float32)
    scored = figures_of(comparison, generated)
    assert scored[SLICED_W2_PIXELS].value == pytest.approx(0, abs=1e-6)
    assert scored[FRECHET[CLASSIFIER]].value == pytest.approx(0, abs=1e-5)
    assert scored[PRECISION].value == scored[RECALL].value == scored[COVERAGE].value == 1
    assert scored[SLICED_W2_PIXELS].floor > 0.01
    assert scored[PRECISION].floor_split == "train"
    assert {metric.extractor for metric in scored} == {None, CLASSIFIER}
    assert {metric for metric in scored if metric.extractor} == seen_by(CLASSIFIER)
    assert comparison.hashes() == {CLASSIFIER: weights_hash(classifier)}
    mean, share = comparison.memorisation(generated)
    assert (mean.value, share.value) == pytest.approx((mean.floor, share.floor))
    mean, share = comparison.memorisation((train[:40] / 255 * 2 - 1).astype(np.float32))
    assert mean.value < 1e-5 < mean.floor
    assert (share.value, share.floor) == (1, pytest.approx(0.05, abs=0.03))
    assert (mean.split, mean.floor_split, mean.floor_is) == ("train", "held_out", "real samples")


def test_without_a_classifier_images_are_measured_by_their_pixels(compared, random):
    images = stored_images(random, 50)
    comparison = compared(images, images, 20)
    scored = figures_of(comparison, np.zeros((20, 1, 8, 8)))
    assert SLICED_W2_PIXELS in scored
    assert {metric.extractor for metric in scored} == {None}
    assert comparison.hashes() == {}


def test_too_few_images_for_neighbourhoods_leave_these_out(compared, classifier, random):
    images = stored_images(random, 3)
    scored = figures_of(compared(images, images, 3, classifier=classifier), random.random((3, 1, 8, 8)))
    assert PRECISION not in scored
    assert CONFIDENCE in scored


def test_inception_features_give_their_own_distances(compared, random):
    a, b = (SeenImages(random.random((9, 1, 8, 8)), {INCEPTION: random.normal(size=(9, 4))}) for _ in range(2))
    comparison = compared(stored_images(random, 9), stored_images(random, 9), 9)
    found = {metric for measure in comparison.measures() for metric in measure(a, b)}
    assert {metric for metric in found if metric.extractor == INCEPTION} == seen_by(INCEPTION)
    assert {FRECHET[INCEPTION], KID[INCEPTION]} <= found


def test_what_networks_see_is_seen_in_true_pixels(compared, classifier, random):
    images = stored_images(random, 30)
    comparison = compared(images, images, 30, classifier=classifier, inception=Halves())
    generated = (images / 255 * 2 - 1).astype(np.float32)
    own = comparison.generated(generated)
    assert np.allclose(own.pixels[:], images / 255, atol=1e-6)
    features, probabilities = embed(classifier, (images / 255).astype(np.float32))
    assert np.allclose(own.features[CLASSIFIER], features, atol=1e-4)
    assert np.allclose(own.probabilities, probabilities, atol=1e-5)
    halves = (images / 255).reshape(30, 2, -1).mean(axis=-1)
    assert np.allclose(own.features[INCEPTION], halves, atol=1e-6)
    assert {metric for metric in figures_of(comparison, generated) if metric.extractor} == {
        *seen_by(CLASSIFIER),
        *seen_by(INCEPTION),
    }


def test_while_settings_are_chosen_no_memorisation_is_measured(compared, random):
    held_out, train = (stored_images(random, n) for n in (40, 70))
    generated = (train[:20] / 255 * 2 - 1).astype(np.float32)
    assert compared(held_out, train, 20, split="validation").memorisation(generated) == []
    mean, _ = compared(held_out, train, 20).memorisation(generated)
    assert mean.value < 1e-5 < mean.floor


def test_memorisation_measures_each_image_by_its_nearest(random):
    train = random.random((30, 1, 4, 4))
    generated, held_out = train[:10] + 0.01, train[10:30] + 0.5
    sets = real_sets(10, 20, 30, 3, np.random.default_rng(0))
    found, share = memorisation(generated, held_out, train, sets)
    assert share.value == 1
    assert found.value == pytest.approx(0.04)
    expected = np.linalg.norm(held_out.reshape(20, 1, -1) - train.reshape(30, -1), axis=-1).min(axis=1)
    assert found.floor == pytest.approx(np.mean([expected[chosen].mean() for chosen, _ in sets.pairs]))


def test_how_often_the_class_is_seen_that_was_asked_for(compared, classifier, random, tmp_path):
    held_out, train = (stored_images(random, n) for n in (40, 70))
    save_array(tmp_path / "labels.npy", np.arange(40) % 3)
    comparison = compared(held_out, train, 20, classifier=classifier)
    generated = random.uniform(-1, 1, (20, 1, 8, 8)).astype(np.float32)
    seen = embed(classifier, generated / 2 + 0.5)[1].argmax(axis=1)
    (figure,) = comparison.obedience(generated, seen)
    assert (figure.metric, figure.value, figure.n, figure.floor) == (CLASS_ACCURACY, 1.0, 20, None)
    (half,) = comparison.obedience(generated, np.where(np.arange(20) < 10, seen, (seen + 1) % 3))
    assert half.value == 0.5
    files = str(tmp_path / "held_out.npy"), str(tmp_path / "train.npy")
    labelled = RealSamples(DIGITS, *files, labels=str(tmp_path / "labels.npy"))
    (figure,) = ImageComparison(labelled, 20, SETTINGS, 0, classifier).obedience(generated, seen)
    real = embed(classifier, (held_out / 255).astype(np.float32))[1].argmax(axis=1) == np.arange(40) % 3
    assert figure.floor == pytest.approx(real[comparison.sets.reference].mean())
    assert compared(held_out, train, 20).obedience(generated, seen) == []


def test_each_class_has_figures_of_its_own(classifier, random, tmp_path):
    held_out, labels = stored_images(random, 200), np.arange(200) % 2  # of ten classes two are there
    held_out[labels == 1] //= 4
    save_array(tmp_path / "held_out.npy", held_out)
    save_array(tmp_path / "labels.npy", labels)
    real = RealSamples(DIGITS, str(tmp_path / "held_out.npy"), None, labels=str(tmp_path / "labels.npy"))
    comparison = ImageComparison(real, 100, SETTINGS, 0, classifier)
    generated = (held_out[:100] / 255 * 2 - 1).astype(np.float32)
    right = comparison.of_classes(generated, labels[:100])
    assert [(name, figure.metric) for name, figure in right] == [
        (name, metric) for name in ("0", "1") for metric in (FRECHET[CLASSIFIER], PRECISION, RECALL)
    ]
    assert {figure.n for _, figure in right} == {50}
    wrong = comparison.of_classes(generated, 1 - labels[:100])
    for (_, good), (_, bad) in zip(right, wrong, strict=True):
        assert good.floor == bad.floor
        if good.metric == FRECHET[CLASSIFIER]:
            assert bad.value > 2 * good.value
    assert ImageComparison(real, 100, SETTINGS, 0).of_classes(generated, labels[:100]) == []
